"""Encrypted Office documents, old and new: opened if we have the password."""

from dataclasses import dataclass, replace

from scanners.budget import Budget
from scanners.documents.office_keys import Lock, find_lock
from scanners.errors import ContentMalformed, ScannerError
from scanners.kit import Kit
from scanners.members import MemberList
from scanners.model import UNKNOWN_TYPE, Code, Content, Report
from scanners.ole.compound import open_compound
from scanners.ole.directory import SIGNATURE

CLEAR = (b"PK\x03\x04", SIGNATURE)


@dataclass(frozen=True, slots=True)
class OfficeEncryptionScanner:
    """The document in clear is a child, under the same name and path."""

    kit: Kit
    name: str = "office_encryption"

    def scan(self, content: Content, budget: Budget) -> Report:
        if content.codings or bytes(content.view[:8]) != SIGNATURE:
            return Report()
        try:
            compound = open_compound(content.view)
        except ContentMalformed:  # told by the reader of compound files
            return Report()
        members = MemberList(content, self.name, self.kit)
        try:
            lock = find_lock(content.view, compound)
            if lock is None:
                return Report()
            clear = self._clear(lock, members, budget)
        except ContentMalformed:
            clear = b""
        except ScannerError:
            raise
        except Exception:  # of a library, on a broken document: whatever it is, nothing was opened
            clear = b""
        if not clear.startswith(CLEAR):
            members.unlocked = False
            members.detections.clear()
            members.encrypted(Code.DOCUMENT_ENCRYPTED, content.path)
            return replace(members.report(), archive=False)
        budget.spend_member()
        budget.spend_bytes(len(clear))
        child = replace(
            content, view=memoryview(clear), file_type=UNKNOWN_TYPE, hidden_from_clamav=True
        )
        members.children.append(child)
        return replace(members.report(), archive=False)

    def _clear(self, lock: Lock, members: MemberList, budget: Budget) -> bytes:
        """Return the document in clear; empty if no password that we have opens it."""
        password = self.kit.keyring.find(members.content, budget, lock.opens)
        if password is None:
            return b""
        clear = lock.clear(password.text)
        members.opened(Code.DOCUMENT_ENCRYPTED, password, members.content.path)
        return clear
