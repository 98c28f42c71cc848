"""Encrypted PDF (ISO 32000-2 §7.6): opened without a password, or with one that we have.

Documents that only restrict printing open without one, here as in every reader; they are ordinary.
"""

import io
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pikepdf

from scanners.budget import Budget
from scanners.errors import ContentTooLarge
from scanners.kit import Kit
from scanners.members import MemberList
from scanners.model import UNKNOWN_TYPE, Code, Content, Reason, Report

HEADER_REGION = 1024
"""Bytes in which readers look for the header."""
LARGEST = 128 * 1024 * 1024
"""Bytes: qpdf holds several times as much."""

# A name may be written with numbers for its letters (§7.3.5).
_ENCRYPT = re.compile(
    rb"/" + b"".join(b"(?:%c|#%02x|#%02X)" % (c, c, c) for c in b"Encrypt") + rb"(?![A-Za-z0-9#])"
)
_FAILURES = (pikepdf.PdfError, ValueError, TypeError, KeyError, RuntimeError)

logging.getLogger("pikepdf").setLevel(logging.CRITICAL)  # it quotes documents
logging.getLogger("pikepdf._core").setLevel(logging.CRITICAL)


class _Bounded(io.BytesIO):
    """Takes no more bytes than the budget has."""

    def __init__(self, budget: Budget) -> None:
        super().__init__()
        self._budget = budget

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._budget.seconds_left()
        self._budget.spend_bytes(len(data))
        return super().write(data)


def is_encrypted(view: memoryview) -> bool:
    """Say whether PdfEncryptionScanner opens this document or tells of it as a gap.

    Then what looks broken in it is ciphertext.  A trailer alone may lie.
    """
    if not _may_be_encrypted(view):
        return False
    if len(view) > LARGEST:
        return True
    try:
        with _opened(io.BytesIO(view), "") as pdf:
            return pdf.is_encrypted
    except (pikepdf.PasswordError, *_FAILURES):
        return True


@dataclass(frozen=True, slots=True)
class PdfEncryptionScanner:
    """The document in clear is a child, under the same name and path."""

    kit: Kit
    name: str = "pdf_encryption"

    def scan(self, content: Content, budget: Budget) -> Report:
        if content.codings or not _may_be_encrypted(content.view):
            return Report()
        if len(content.view) > LARGEST:
            raise ContentTooLarge("an encrypted document of more than we can hold")
        members = MemberList(content, self.name, self.kit)
        stream = io.BytesIO(content.view)
        try:
            self._open(stream, members, budget)
        except _FAILURES:
            members.gap(Reason.MALFORMED, content.path)
        return replace(members.report(), archive=False)

    def _open(self, stream: io.BytesIO, members: MemberList, budget: Budget) -> None:
        content, password = members.content, ""
        if not _opens(stream, ""):
            found = self.kit.keyring.find(content, budget, lambda text: _opens(stream, text))
            if found is None:
                members.encrypted(Code.DOCUMENT_ENCRYPTED, content.path)
                return
            members.opened(Code.DOCUMENT_ENCRYPTED, found, content.path)
            password = found.text
        with _opened(stream, password) as pdf:
            if not pdf.is_encrypted:
                return
            if not password:
                said = "encrypted, but it opens without a password"
                members.detect(
                    Code.DOCUMENT_ENCRYPTED, "no_password", said, content.path, harmless=True
                )
            clear = _Bounded(budget)
            budget.spend_member()
            pdf.save(
                clear,
                encryption=False,
                compress_streams=False,
                stream_decode_level=pikepdf.StreamDecodeLevel.none,
                object_stream_mode=pikepdf.ObjectStreamMode.preserve,
                fix_metadata_version=False,
            )
        members.children.append(
            replace(
                content,
                view=clear.getbuffer().toreadonly(),
                file_type=UNKNOWN_TYPE,
                hidden_from_clamav=bool(password),  # clamd opens the others itself (1.4: R2 to R6)
            )
        )


def _may_be_encrypted(view: memoryview) -> bool:
    return b"%PDF-" in bytes(view[:HEADER_REGION]) and _ENCRYPT.search(view) is not None


def _opens(stream: io.BytesIO, password: str) -> bool:
    try:
        with _opened(stream, password):
            return True
    except pikepdf.PasswordError:
        return False


@contextmanager
def _opened(stream: io.BytesIO, password: str) -> Iterator[pikepdf.Pdf]:
    stream.seek(0)
    with pikepdf.open(stream, password=password, suppress_warnings=True) as pdf:
        yield pdf
