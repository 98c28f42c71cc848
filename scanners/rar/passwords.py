"""Which password opens what in a RAR archive: tried on the headers, or on a small member."""

from collections.abc import Callable
from dataclasses import dataclass, field

from scanners.budget import Budget
from scanners.errors import ScannerError
from scanners.model import Content
from scanners.passwords.keyring import Keyring, Password
from scanners.rar import blocks5, rar4
from scanners.rar.keys import Derived, Keys5
from scanners.rar.records import Archive, Member
from scanners.rar.unpack import Ready, is_packed, packed_data, rebuilt, stored

TRIAL_BYTES = 8 * 1024 * 1024
"""Unpacked bytes of a member that a password is tried on, where the archive has no check value."""

Lock = tuple[object, ...]


@dataclass(slots=True)
class Passwords:
    """What opened parts of one archive so far; members may have passwords of their own."""

    keyring: Keyring
    content: Content
    budget: Budget
    right: dict[Lock, Password | None] = field(default_factory=dict)

    def of_headers(self, archive: Archive, derived: Derived) -> Password | None:
        keys = archive.names_keys
        if keys is None or not keys.affordable:
            return None
        view = self.content.view

        def opens(text: str) -> bool:
            checked = keys.opens(text)
            if checked is not None:
                return checked
            if isinstance(keys, Keys5):
                return blocks5.first_header_holds(view, archive.end, keys, text)
            return rar4.headers_open(view, archive.end, derived, text)

        return self._find(("headers", *keys.lock), opens)

    def of_member(self, member: Member, archive: Archive) -> Password | None:
        """Return what opens this encrypted member; each lock is tried once."""
        keys = member.keys
        if keys is None or not keys.affordable:
            return None
        if keys.lock in self.right:
            return self.right[keys.lock]
        alike = [m for m in archive.members if m.keys is not None and m.keys.lock == keys.lock]
        probe = _easiest(alike)

        def opens(text: str) -> bool:
            checked = keys.opens(text)
            if checked is not None:
                return checked
            return probe is not None and self._opens(probe, archive.version, text)

        return self._find(keys.lock, opens)

    def _find(self, lock: Lock, opens: Callable[[str], bool]) -> Password | None:
        known = (password for password in self.right.values() if password is not None)
        found = next((password for password in known if opens(password.text)), None)
        self.right[lock] = found or self.keyring.find(self.content, self.budget, opens)
        return self.right[lock]

    def _opens(self, probe: Member, version: int, text: str) -> bool:
        """Return whether the checksum of a member holds if it is opened so."""
        scratch = Budget(self.budget.deadline, 2 * TRIAL_BYTES, 1, 1)
        try:
            if probe.stored:
                return stored(probe, self.content.view, scratch, text).reason is None
            data = packed_data(probe, self.content.view, scratch, text)
            (out,) = rebuilt(version, [Ready(probe, data, text)], scratch)
        except ScannerError:
            return False
        return out.reason is None


def _easiest(members: list[Member]) -> Member | None:
    """Return the member that tells soonest; a wrong password opens empty ones, too."""
    telling = [
        m
        for m in members
        if m.whole
        and m.size
        and m.packed <= TRIAL_BYTES
        and not m.solid
        and (m.stored or is_packed(m))
        and m.link is None
    ]
    return min(telling, key=lambda m: (not m.stored, m.packed), default=None)
