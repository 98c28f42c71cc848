"""Mail: message/rfc822 as declared, or told by its bytes (RFC 5322, 2045)."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

from scanners.body_part import CRLF, LF, Opened, Part, open_part, read_part
from scanners.budget import Budget
from scanners.errors import ScannerError
from scanners.model import Content, Family, Reason, Report
from scanners.multipart_body import split_body
from scanners.names import extension, readings
from scanners.transfer_encoding import DECODERS

MAIL_TYPES = frozenset({"message/rfc822", "message/global", "message/news"})
MAIL_NAMES = frozenset({"eml", "mht", "mhtml", "nws", "mbox"})
UNREADABLE = {
    "message/partial": Reason.PARTIAL,  # RFC 2046 §5.2.2: the rest comes otherwise
    "multipart/encrypted": Reason.OPAQUE,  # RFC 3156
    "application/pgp-encrypted": Reason.OPAQUE,
    "application/pkcs7-mime": Reason.OPAQUE,  # RFC 8551: encrypted, or signed as one block
    "application/x-pkcs7-mime": Reason.OPAQUE,
}
"""What is mail, but not to be read by us."""
MAX_HEADERS = 256 * 1024
"""Bytes.  Signatures and traces of many hops reach 60 KiB; Postfix cuts at 100 KiB."""

_ENVELOPE = re.compile(rb">?From [^\r\n]{1,1000}\r?\n")
_FIRST_LINE = re.compile(rb"[^\n]*\n")
_NEXT = re.compile(rb"\n\r?\n(?=From [^\r\n]{1,200} \d\d:\d\d(?::\d\d)? [^\r\n]{1,40}\r?\n)")
"""Between two mails of a mailbox (RFC 4155)."""


@dataclass(frozen=True, slots=True)
class MailScanner:
    """Opens a mail like one part of a message; the parts of its body are its children."""

    name: str = "mail"

    def scan(self, content: Content, budget: Budget) -> Report:
        declared = content.declared_type in MAIL_TYPES
        opened = Opened(content.path)
        if reason := UNREADABLE.get(content.declared_type):
            opened.add_gap(reason)
            return opened.report(self.name)
        if content.codings or not (declared or _is_opened(content)):
            return Report()
        try:
            mails = _mails(content.view)
            first, second = next(mails), next(mails, None)
            if second is None:
                surely = declared or (_is_named(content) and content.file_type.name == "mail")
                _open(content, first, opened, budget, surely=surely)
            else:
                _add_all(chain((first, second), mails), opened, budget)
        except ScannerError as error:
            opened.add_gap(error.reason)
        return opened.report(self.name)


def _mails(view: memoryview) -> Iterator[memoryview]:
    """Yield the mails of a mailbox, or the one that all of it is."""
    start = 0
    if _ENVELOPE.match(view):
        for gap in _NEXT.finditer(view):
            yield view[start : gap.start() + 1]
            start = gap.end()
    yield view[start:]


def _add_all(mails: Iterable[memoryview], opened: Opened, budget: Budget) -> None:
    for number, mail in enumerate(mails, 1):
        budget.seconds_left()
        budget.spend_member()
        path = (*opened.path, f"mail {number}")
        opened.children.append(Content(mail, declared_type="message/rfc822", path=path))


def _open(
    content: Content, mail: memoryview, opened: Opened, budget: Budget, *, surely: bool
) -> None:
    """Add the parts of a mail; what only resembles one may have an odd header without a gap."""
    envelope = _ENVELOPE.match(mail)
    rest = mail[envelope.end() :] if envelope else mail
    part = read_part(rest, _line_end(rest), MAX_HEADERS, counted=False)
    doubtful = not part.clear or part.encoding not in DECODERS
    if surely and doubtful:
        opened.add_gap(Reason.MALFORMED)
    if len(part.body) == len(rest):  # no blank line: no body
        return
    multipart = part.declared.media_type.startswith("multipart/")
    if multipart and DECODERS.get(part.encoding) is None:
        inside = split_body(_body(content, part), budget)
        if reason := UNREADABLE.get(part.declared.media_type):
            opened.add_gap(reason)
        opened.children += inside.children
        opened.gaps |= inside.gaps
        opened.wrapped = inside.wrapped
    else:
        open_part(replace(part, clear=True), part.label or "message", opened, budget)


def _body(content: Content, part: Part) -> Content:
    declared = part.declared
    return replace(
        content,
        view=part.body,
        declared_type=declared.media_type,
        parameters=declared.parameters,
    )


def _line_end(mail: memoryview) -> bytes:
    first = _FIRST_LINE.match(mail)
    return CRLF if first and first[0].endswith(CRLF) else LF


def _is_opened(content: Content) -> bool:
    """Say whether its bytes are those of mail, or its name is and its bytes may be.

    The header of a mail may be longer than what types are told by, or begin oddly.
    """
    family = content.file_type.family
    return content.file_type.name == "mail" or (
        family in (Family.TEXT, Family.DATA) and _is_named(content)
    )


def _is_named(content: Content) -> bool:
    """Say whether mail programs open it, whatever it is declared as."""
    names = (content.name, *content.other_names)
    return any(extension(reading) in MAIL_NAMES for name in names for reading in readings(name))
