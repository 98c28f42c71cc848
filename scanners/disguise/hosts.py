"""Programs named like a web host: `.com` is an extension, too."""

import re

from scanners.disguise.named import BAD, Named, Trick
from scanners.model import Code, Family

_HOST = re.compile(r"(?:[a-z0-9_-]{1,63}\.){1,20}([a-z]{2,24})")
_DECOY = re.compile(r"\.([a-z0-9]{2,5})[-_ ]{1,9}www[.-]")
_SITE = re.compile(
    r"(?:^|[-_ .])www\.(?:[a-z0-9-]{1,63}\.){1,20}(?:com|net|org|info|biz|[a-z]{2})"
    r"\.(?:exe|scr|pif|bat|cmd|cpl)"
)


def host_trick(named: Named) -> Trick | None:
    """Judge a name that reads like an address: what it says is no file at all, but a page.

    A content that nobody could read may be anything: then only names are told that have no honest
    reason, a single word before .com being an old program's.
    """
    if not _is_like_a_host(named):
        return None
    return Trick(Code.DISGUISE_HOST_NAME, BAD, "host", "a program named like a web host")


def _is_like_a_host(named: Named) -> bool:
    unread = named.is_program or named.may_be_com or named.is_sealed
    if not unread:
        return False
    reading = named.reading
    match = _HOST.fullmatch(reading)
    if named.runs and (_has_decoy(named) or _SITE.search(reading)):
        return True
    if match is None:
        return False
    if match[1] == "com":
        return reading.count(".") > 1 or named.file_type.name == "pe"
    known = named.table.extension_families(match[1])
    return named.is_program and not known and reading.startswith("www.")


def _has_decoy(named: Named) -> bool:
    found = _DECOY.search(named.reading)
    promised = named.table.extension_families(found[1]) if found else frozenset()
    return bool(promised) and Family.PROGRAM not in promised
