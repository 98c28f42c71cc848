"""The check of ICAP's Authorization field (§4.3.2, §7.1): slow once, then remembered."""

import asyncio
import os
from base64 import b64decode
from binascii import Error
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b
from pathlib import Path

import structlog

from icap_server.users import NO_USER, HashedPassword, UsersUnusable, read_users

log = structlog.get_logger()

MAX_FIELD = 1024
"""Of an Authorization field, in characters."""
REMEMBERED = 1024
"""Answers of each kind kept, so that a client costs one slow hash and not one a request."""
AT_ONCE = 8
"""Checks under way or waiting; what comes on top of them has to come again."""


class Credentials:
    """Checks Authorization fields.  Belongs to one event loop."""

    def __init__(self, path: Path) -> None:
        """Raise UsersUnusable."""
        self._path = path
        self._users = read_users(path)
        self._stamp = self._modified()
        self._secret = os.urandom(32)
        self._known: dict[bool, OrderedDict[bytes, None]] = {
            True: OrderedDict(),
            False: OrderedDict(),
        }
        """Answers: keyed hashes of fields that were right, and of those that were wrong.  Apart, so
        that guessing drives out nobody; hashed, so that no password lies here."""
        self._checks: dict[bytes, asyncio.Future[bool]] = {}
        self._threads = ThreadPoolExecutor(1, "credentials")

    def check(self, field: str) -> "bool | asyncio.Future[bool] | None":
        """Say whether the value of Authorization (§4.3.2) is right; None: too busy."""
        user = _parse_basic(field)
        if user is None:
            return False
        key = blake2b(field.encode("latin-1", "replace"), key=self._secret).digest()
        for right, keys in self._known.items():
            if key in keys:
                keys.move_to_end(key)
                return right
        if (running := self._checks.get(key)) is not None:
            return running
        if len(self._checks) >= AT_ONCE:
            return None
        loop = asyncio.get_running_loop()
        name, password = user
        users = self._users
        entry = users.get(name, NO_USER)
        check = loop.run_in_executor(self._threads, entry.matches, password)
        self._checks[key] = check
        check.add_done_callback(lambda done: self._remember(key, users, done))
        return check

    def refresh(self) -> None:
        """Look whether the file was changed; called now and then.  A broken one changes nothing."""
        stamp = self._modified()
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._users = read_users(self._path)
        except UsersUnusable as error:
            log.error("access.users_unusable", reason=str(error))
            return
        for keys in self._known.values():
            keys.clear()

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _remember(
        self, key: bytes, users: dict[str, HashedPassword], done: "asyncio.Future[bool]"
    ) -> None:
        del self._checks[key]
        if done.cancelled() or done.exception() is not None or users is not self._users:
            return
        keys = self._known[done.result()]
        keys[key] = None
        if len(keys) > REMEMBERED:
            keys.popitem(last=False)

    def _modified(self) -> tuple[int, int, int]:
        try:
            status = self._path.stat()
        except OSError:
            return 0, 0, 0
        return status.st_mtime_ns, status.st_ino, status.st_size


def _parse_basic(field: str) -> tuple[str, bytes] | None:
    """Return name and password of RFC 7617 credentials."""
    scheme, _, encoded = field.partition(" ")
    if scheme.lower() != "basic" or len(field) > MAX_FIELD:
        return None
    try:
        name, colon, password = b64decode(encoded.strip(), validate=True).partition(b":")
        return (name.decode("utf-8"), password) if colon else None
    except (Error, ValueError):
        return None
