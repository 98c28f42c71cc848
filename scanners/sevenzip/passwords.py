"""Which password opens a 7z archive: tried on its header, or on its smallest folder."""

from collections.abc import Callable
from dataclasses import dataclass, field

from scanners.budget import Budget
from scanners.errors import ScannerError
from scanners.model import Content
from scanners.passwords.keyring import Keyring
from scanners.passwords.password import Password
from scanners.sevenzip.header import Locked, unpack_header
from scanners.sevenzip.keys import Lock, read_lock
from scanners.sevenzip.records import AES, Archive, Folder, Streams
from scanners.sevenzip.unpack import Source, unpack

TRIAL_BYTES = 64 * 1024 * 1024
"""Packed and unpacked bytes that one password may cost."""

Locks = tuple[Lock, ...]


@dataclass(slots=True)
class Passwords:
    """What opened parts of one archive so far; folders may have passwords of their own."""

    keyring: Keyring
    content: Content
    source: Source
    right: dict[Locks, Password | None] = field(default_factory=dict)
    _probes: dict[Locks, int] = field(default_factory=dict)

    def of_header(self, locked: Locked) -> Password | None:
        if not _affordable(locks_of(locked.streams.folders[0])):
            return None

        def opens(text: str) -> bool:
            unpack_header(self._scratch(), locked.streams, text)
            return True

        found = self.keyring.find(self.content, self.source.budget, _without_raising(opens))
        self.right[()] = found
        return found

    def of_folder(self, archive: Archive, number: int) -> Password | None:
        """Return what opens this encrypted folder, or one that is locked like it."""
        streams = archive.streams
        locks = locks_of(streams.folders[number])
        if not _affordable(locks):
            return None
        if locks not in self.right:
            probe = self._smallest(streams)[locks]

            def opens(text: str) -> bool:
                first = next(unpack(self._scratch(), streams, probe, text))
                return first.reason is None

            tried = _without_raising(opens)
            known = (password for password in self.right.values() if password is not None)
            found = next((password for password in known if tried(password.text)), None)
            self.right[locks] = found or self.keyring.find(self.content, self.source.budget, tried)
        return self.right[locks]

    def _smallest(self, streams: Streams) -> dict[Locks, int]:
        """Return the folder that is unpacked soonest, as far as its first file, for all locks."""
        if not self._probes:
            locked = [n for n, folder in enumerate(streams.folders) if folder.encrypted]
            filled = [n for n in locked if streams.parts[n]]
            for number in sorted(filled, key=lambda n: streams.parts[n][0].size, reverse=True):
                self._probes[locks_of(streams.folders[number])] = number
        return self._probes

    def _scratch(self) -> Source:
        """What a wrong password unpacks to counts by time, not by bytes."""
        budget = Budget(self.source.budget.deadline, TRIAL_BYTES, 1, 1)
        return Source(self.source.view, budget, self.source.keys)


def locks_of(folder: Folder) -> Locks:
    """Return how a folder is locked; ContentMalformed if nobody could open it."""
    coders = (coder for coder in folder.coders if coder.method == AES)
    return tuple(dict.fromkeys(read_lock(coder.properties).alike for coder in coders))


def _affordable(locks: Locks) -> bool:
    return all(lock.affordable for lock in locks)


def _without_raising(opens: Callable[[str], bool]) -> Callable[[str], bool]:
    """A wrong password makes data that cannot be unpacked."""

    def tried(text: str) -> bool:
        try:
            return opens(text)
        except ScannerError:
            return False

    return tried
