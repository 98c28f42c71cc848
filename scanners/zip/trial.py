"""Passwords tried on one member: one is right if what it opens is what was packed."""

from dataclasses import dataclass, replace

from scanners.budget import Budget
from scanners.zip.encryption import Lock, spellings
from scanners.zip.member import Member
from scanners.zip.methods import unpack


@dataclass(slots=True)
class Trial:
    """Passwords are tried on one member, none of its bytes counted."""

    member: Member
    lock: Lock
    budget: Budget
    key: bytes = b""
    """The password that opened it, as the archiver spelled it."""

    def opens(self, text: str) -> bool:
        for key in spellings(text):
            if self.lock.fits(key) and self._is_right(key):
                self.key = key
                return True
        return False

    def _is_right(self, key: bytes) -> bool:
        budget = replace(self.budget)
        inside = self.lock.open(key, budget)
        if inside.failure is not None or self.lock.proves:
            return inside.failure is None
        reading = unpack(inside.view, self.member.header.method, budget)
        return reading.failure is None and self.member.is_whole(reading.view)
