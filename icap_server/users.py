"""Clients with a password: a file of names and hashes.

A line is `name:$scrypt$ln=14,r=8,p=1$salt$hash`, both in base64 without "=".
"""

import hmac
import os
import re
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import scrypt
from pathlib import Path
from tempfile import mkstemp

WORK = 14, 8, 1
"""log2(N), r, p of RFC 7914: 16 MiB and some 40 ms for each guess."""
HARDEST_LOG2_N = 17
"""128 MiB: whoever can write the file must not be able to exhaust our memory."""
SALT_BYTES, HASH_BYTES = 16, 32
SHORTEST_HASH = 16
MAX_FILE = 1024 * 1024
NAME = re.compile(r"[^\s:\x00-\x1f\x7f]{1,64}")
ENTRY = re.compile(
    r"\$scrypt\$ln=([0-9]{1,2}),r=([0-9]{1,2}),p=([0-9]{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)"
)


class UsersUnusable(OSError):
    """The file of users cannot be read; the text names the setting and the line."""


@dataclass(frozen=True, slots=True)
class HashedPassword:
    work: tuple[int, int, int]
    """log2(N), r, p of RFC 7914."""
    salt: bytes
    digest: bytes

    @classmethod
    def of(cls, password: str) -> "HashedPassword":
        salt = os.urandom(SALT_BYTES)
        return cls(WORK, salt, _scrypt(password.encode(), salt, WORK, HASH_BYTES))

    @classmethod
    def parse(cls, text: str) -> "HashedPassword":
        """Raise ValueError for anything but a hash that can be checked in reasonable time."""
        match = ENTRY.fullmatch(text)
        if match is None:
            raise ValueError("is not name:$scrypt$ln=…,r=…,p=…$salt$hash")
        log2_n, r, p = (int(match[number]) for number in (1, 2, 3))
        if not (1 <= log2_n <= HARDEST_LOG2_N and 1 <= r <= 8 and 1 <= p <= 4):
            raise ValueError("asks for more work than is allowed")
        salt, digest = _unbase64(match[4]), _unbase64(match[5])
        if len(digest) < SHORTEST_HASH:
            raise ValueError("has a hash that is too short")
        return cls((log2_n, r, p), salt, digest)

    def __str__(self) -> str:
        log2_n, r, p = self.work
        return f"$scrypt$ln={log2_n},r={r},p={p}${_base64(self.salt)}${_base64(self.digest)}"

    def matches(self, password: bytes) -> bool:
        """Slow on purpose; takes the same time for every password."""
        found = _scrypt(password, self.salt, self.work, len(self.digest))
        return hmac.compare_digest(found, self.digest) and self is not NO_USER


NO_USER = HashedPassword(WORK, bytes(SALT_BYTES), bytes(HASH_BYTES))
"""Checked for unknown names, so that time does not tell which names there are."""


def check_name(name: str) -> None:
    """Raise ValueError for what cannot stand in front of the colon of a Basic credential."""
    if not NAME.fullmatch(name):
        raise ValueError("a name has 1 to 64 characters, no space and no colon among them")


def read_users(path: Path) -> dict[str, HashedPassword]:
    """Return the users of a file; empty lines and those that begin with # do not count.

    Raises UsersUnusable.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
        text = data.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise UsersUnusable(f"[access] basic_users: {path}: {reason}") from error
    if len(data) > MAX_FILE:
        raise UsersUnusable(f"[access] basic_users: {path}: more than 1 MiB: not read in part")
    users: dict[str, HashedPassword] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, _, entry = line.strip().partition(":")
        try:
            check_name(name)
            users[name] = HashedPassword.parse(entry)
        except ValueError as error:
            raise UsersUnusable(f"[access] basic_users: {path}:{number}: {error}") from error
    return users


def write_users(path: Path, users: Mapping[str, HashedPassword], group: int | None = None) -> None:
    """Replace the file as a whole, readable by its owner's group at most.

    A new file is for its owner alone, or also for the `group` (a number) that is to read it.
    """
    text = "".join(f"{name}:{password}\n" for name, password in users.items())
    descriptor, partial = mkstemp(dir=path.parent, prefix=path.name)
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            if path.exists():
                before = path.stat()
                os.chmod(partial, before.st_mode & 0o640)
                with suppress(PermissionError):
                    os.chown(partial, before.st_uid, before.st_gid)
            elif group is not None:
                os.chown(partial, -1, group)
                os.chmod(partial, 0o640)
        os.replace(partial, path)
    except BaseException:
        os.unlink(partial)
        raise


def _scrypt(password: bytes, salt: bytes, work: tuple[int, int, int], length: int) -> bytes:
    log2_n, r, p = work
    memory = 128 * r * (2**log2_n + p + 2)  # what OpenSSL counts, with some room
    return scrypt(password, salt=salt, n=2**log2_n, r=r, p=p, maxmem=2 * memory, dklen=length)


def _base64(data: bytes) -> str:
    return b64encode(data).decode().rstrip("=")


def _unbase64(text: str) -> bytes:
    try:
        return b64decode(text + "=" * (-len(text) % 4), validate=True)
    except Error as error:
        raise ValueError("is not base64") from error
