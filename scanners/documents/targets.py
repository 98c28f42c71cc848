"""External targets of documents: what they would fetch, and whether that is ordinary."""

import re
from urllib.parse import unquote

from scanners.documents.finding import Finding, quote
from scanners.documents.macro_words import EXTENSIONS
from scanners.model import Code

SCHEMES = (
    "ms-msdt search-ms search ms-officecmd ms-appinstaller ms-search script scriptlet mhtml"
    " javascript vbscript its ms-its mk x-usc shell wscript"
).split()
"""Schemes that run something, or reach what the document may not."""
SHOWN = frozenset("hyperlink image video audio media".split())
"""Kinds of links that honest documents have to everywhere."""
FETCHED = frozenset(
    "attachedtemplate oleobject frame subdocument package control afchunk includetext".split()
)
"""Kinds that Office fetches when it opens the document, and takes for a part of it."""

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]{1,40}):")
_DANGEROUS = re.compile(rf"(?:^|[!\s])(?:{'|'.join(SCHEMES)}):")
_SHARE = re.compile(r"(?:file:)?[\\/]{2,5}(?![a-z][:|])([^\\/]{1,255})[\\/]")
_PROGRAM = re.compile(rf"[\\/][^\\/]{{1,255}}\.(?:{'|'.join(EXTENSIONS)})$")


def target_finding(kind: str, target: str) -> Finding | None:
    """Judge a link by its kind ("attachedTemplate", "image" …) and by where it goes."""
    kind, plain = kind.lower(), unquote(target.strip()).lower()
    if not plain:
        return None

    def found(word: str, said: str, *, harmless: bool = False) -> Finding:
        said = f"{said}: {quote(target)}"
        return Finding(Code.DOCUMENT_EXTERNAL, word, said, harmless)

    if _DANGEROUS.search(plain):
        return found("scheme", f"the document's {kind} calls a dangerous scheme")
    if kind == "hyperlink":
        return None
    if _PROGRAM.search(re.split(r"[?#!]", plain, maxsplit=1)[0]):
        return found("program", f"the document's {kind} is a program")
    share = _SHARE.match(plain)
    scheme = _SCHEME.match(plain)
    if share and _is_abroad(share[1]):
        return found("share", f"the document's {kind} lies on a share of a foreign host")
    remote = bool(scheme and scheme[1] in ("http", "https", "ftp"))
    if kind in SHOWN:
        return None
    if remote and kind in FETCHED:
        return found("remote", f"the document fetches its {kind} from elsewhere")
    return found("link", f"the document's {kind} lies outside of it", harmless=True)


def _is_abroad(host: str) -> bool:
    """Hosts of the own network have short names; a port or @SSL means WebDAV over the Internet."""
    return "." in host.strip(".") or "@" in host or ":" in host
