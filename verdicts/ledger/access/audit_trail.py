"""Where the audit goes on: the key of its hashes, and its newest row, kept beside the database.

Whoever can write to the database alone can neither make a row that fits nor cut the end off
unnoticed.  docs/decisions/0020-audit-chain.md says against whom that helps.
"""

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import structlog

from scanners.private_file import write_new

AUDIT_KEY_FILE = "audit.key"
AUDIT_HEAD_FILE = "audit.head"
KEY_BYTES = 32
START = bytes(32)
"""Stands where the first row has no row before it."""
log = structlog.get_logger()


class AuditKeyUnusable(OSError):
    """The key cannot be read; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Link:
    """A row of the audit, as far as the next one needs it."""

    id: int
    """0: before the first row."""
    hash: bytes


BEGIN = Link(0, START)


def log_link(link: Link) -> None:
    """The witness that the ledger has: its log, which may well be kept on another machine."""
    log.info("audit.written", id=link.id, hash=link.hash.hex())


class AuditTrail:
    """The key and the head in one state directory; for one writer at a time."""

    def __init__(self, state: Path, witness: Callable[[Link], None] | None = None) -> None:
        """`witness` is told of every new row: what it keeps elsewhere nobody here can change."""
        self._key_file = state / AUDIT_KEY_FILE
        self._head_file = state / AUDIT_HEAD_FILE
        self._key = b""
        self._witness = witness

    def head(self) -> Link | None:
        """Return the newest row that was written; None if no file says so."""
        try:
            said = json.loads(self._head_file.read_bytes()[:1000])
            return Link(int(said["id"]), bytes.fromhex(said["hash"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError):
            log.exception("audit.head_unreadable", file=str(self._head_file))
            return None

    def keep(self, link: Link) -> None:
        """Make it the head, durably.  The row is on disk already: a failure is only logged."""
        if self._witness:
            self._witness(link)
        partial = self._head_file.with_suffix(f".{os.getpid()}")
        text = json.dumps({"id": link.id, "hash": link.hash.hex()}) + "\n"
        try:
            _write(partial, text.encode())
            partial.replace(self._head_file)
        except OSError:
            log.exception("audit.head_not_written", id=link.id)
            with suppress(OSError):
                partial.unlink()

    def hash(self, before: bytes, row: bytes) -> bytes:
        """Return HMAC-SHA-256 of the hash of one row and the content of the next.

        Raises AuditKeyUnusable.
        """
        if not self._key:
            try:
                key = bytes.fromhex(self._key_file.read_text("ascii").strip())
            except (OSError, ValueError) as error:
                raise AuditKeyUnusable(
                    f"{self._key_file} cannot be read; restore it from a backup"
                ) from error
            if len(key) != KEY_BYTES:
                raise AuditKeyUnusable(
                    f"{self._key_file} holds no key of {KEY_BYTES} bytes; restore it from a backup"
                )
            self._key = key
        return hmac.digest(self._key, before + row, hashlib.sha256)

    def ensure_key(self) -> None:
        """Make the key, readable by its owner only, unless there is one."""
        if not self._key and not self._key_file.exists():
            with suppress(FileExistsError):
                write_new(self._key_file, secrets.token_hex(KEY_BYTES) + "\n")


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with open(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
