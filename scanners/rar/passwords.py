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
    _probes: dict[Lock, Member] = field(default_factory=dict)

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
        probe = self._easiest(archive).get(keys.lock)

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

    def _easiest(self, archive: Archive) -> dict[Lock, Member]:
        """Return the member that tells soonest, for all locks."""
        if not self._probes:
            telling = [m for m in archive.members if m.keys is not None and _tells(m)]
            for member in sorted(telling, key=lambda m: (m.stored, -m.packed)):
                if member.keys is not None:
                    self._probes[member.keys.lock] = member
        return self._probes

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


def _tells(member: Member) -> bool:
    """Return whether a password can be tried on it; a wrong one opens empty members, too."""
    readable = member.stored or is_packed(member)
    alone = member.whole and not member.solid and member.link is None
    return readable and alone and bool(member.size) and member.packed <= TRIAL_BYTES
