"""Members of a ZIP archive become children: read, opened with a password, or gaps that say why.

What two readers would unpack differently is read both ways.
"""

from dataclasses import dataclass, field, replace

from scanners import inflate
from scanners.budget import Budget
from scanners.errors import ContentMalformed, ContentTooLarge
from scanners.members import FREE_BYTES, MemberList
from scanners.model import Code, Reason
from scanners.zip.encryption import Lock, find_lock
from scanners.zip.loose import Leftover
from scanners.zip.member import Key, Member
from scanners.zip.methods import CLAMD_DECODES, STORED, Reading, unpack
from scanners.zip.trial import Trial

AFTER_BOMB = FREE_BYTES
"""Bytes that the whole tree may still unpack to once a bomb was found in it."""
PROBE = 64
"""Bytes of a member that passwords are tried on, at least: shorter ones confirm little."""
FAST_TO_REFUSE = frozenset({STORED, 8})
MOST_READ = 4
"""Times that all bytes of an archive are read; honest members do not share any."""
SHORTEST = 64
"""Bytes that are looked at if they belong to no member: fewer hold no file."""


@dataclass(slots=True)
class Opening:
    """The opening of one archive."""

    members: MemberList
    budget: Budget
    distrusted: bool = False
    """Readers differ on this archive: clamd is one of them, so it gets the members one by one."""
    locked: list[tuple[Member, Lock | None]] = field(default_factory=list)
    read: dict[Key, set[str]] = field(default_factory=dict)
    """What was read, under which names."""
    packed_read: int = 0
    words: set[str] = field(default_factory=set)
    bombed: bool = False

    def ambiguous(self, word: str, said: str) -> None:
        """Say once in which way readers differ."""
        if word not in self.words:
            self.words.add(word)
            self.members.detect(Code.ARCHIVE_AMBIGUOUS, word, said, self.members.content.path)

    def take(self, member: Member, *, second: bool = False) -> None:
        """Add one member's child, detections and gaps; what was read already is not read again.

        `second`: another reading of what has been read, or of what may be no member at all; where
        it fails, nothing is said.
        """
        if not self._is_new(member):
            return
        path = self.members.path_of(member.names[0])
        if self.bombed:
            self.members.gap(Reason.TOO_LARGE, path)
            self._seal(member)
        elif member.header.encrypted:
            if self._reads_plain(member):
                said = "a member is called encrypted, and is not"
                self.ambiguous("encryption", said)
                second = False
                self._add(member, self._unpack(member, member.packed), second=second)
            elif not second:
                self.locked.append((member, find_lock(member.header, member.packed)))
        else:
            self._add(member, self._unpack(member, member.packed), second=second)

    def take_certain(self, member: Member) -> bool:
        """Add a member if its checksum proves that it is one; return whether it does."""
        if member.header.encrypted or member.checksum is None or not member.size or self.bombed:
            return False
        if not self._is_new(member):
            return True
        reading = self._unpack(member, member.packed)
        if reading.failure is not None or not member.is_whole(reading.view):
            return False
        self.budget.spend_member()
        self._append(member, reading.view)
        return True

    def _is_new(self, member: Member) -> bool:
        """Count a reading; return whether it yields bytes, or has names, that no other had."""
        names = self.read.setdefault(member.key, set())
        if names.issuperset(member.names):
            return False
        names.update(member.names)
        self.packed_read += len(member.packed)
        if self.packed_read > MOST_READ * len(self.members.content.view) and not self.bombed:
            self._bomb("overlap", "its members lie over one another again and again")
        return True

    def _bomb(self, word: str, said: str) -> None:
        self.members.detect(Code.ARCHIVE_BOMB, word, said, self.members.content.path)
        self._stop()

    def _stop(self) -> None:
        self.bombed = True
        self.budget.bytes_left = min(self.budget.bytes_left, AFTER_BOMB)

    def take_leftover(self, found: Leftover) -> None:
        """Add bytes that belong to nothing: as they are, and unpacked if they are packed."""
        view = self.members.content.view[found.start : found.end]
        self.budget.spend_member()
        self.members.hidden = True
        self.members.add(f"bytes at {found.start}", view)
        ceiling = max(FREE_BYTES, 200 * len(view))
        unpacked = inflate.unpack(inflate.deflated_prefix, view, self.budget, ceiling)
        if len(unpacked.view) >= SHORTEST:
            self.members.add(f"packed bytes at {found.start}", unpacked.view)

    def open_locked(self) -> None:
        """Try passwords on what is encrypted; one that opened a member is tried on all others."""
        waiting = [(member, lock) for member, lock in self.locked if lock]
        opened: set[int] = set()
        while waiting and not self.bombed:
            probe = min(waiting, key=lambda each: (each[1].size < PROBE, each[1].size))
            trial = Trial(*probe, self.budget)
            password = self.members.kit.keyring.find(self.members.content, self.budget, trial.opens)
            if password is None:
                break
            self.members.opened(Code.ARCHIVE_ENCRYPTED, password, self.members.content.path)
            done = {
                member.place
                for member, lock in waiting
                if self._open(member, lock, trial.key) or member is probe[0]
            }
            opened |= done
            waiting = [each for each in waiting if each[0].place not in done]
        for member, _ in self.locked:
            if member.place not in opened:
                path = self.members.path_of(member.names[0])
                self.members.encrypted(Code.ARCHIVE_ENCRYPTED, path)
                self._seal(member)

    def _open(self, member: Member, lock: Lock, key: bytes) -> bool:
        """Add a member that this password opens; return whether it does."""
        self.budget.seconds_left()
        if not lock.fits(key):
            return False
        inside = lock.open(key, replace(self.budget))
        if inside.failure is not None:
            return False
        reading = self._unpack(member, inside.view)
        wrong = isinstance(reading.failure, ContentMalformed) or (
            reading.failure is None and not member.is_whole(reading.view)
        )
        if wrong and not lock.proves:
            return False
        self.distrusted, before = True, self.distrusted  # clamd has no password
        self._add(member, reading)
        self.distrusted = before
        return True

    def _unpack(self, member: Member, packed: memoryview) -> Reading:
        reading = unpack(packed, member.header.method, self.budget)
        path = self.members.path_of(member.names[0])
        before = len(self.members.detections)
        self.members.came_out(len(reading.view), path, bomb=reading.bomb)
        if len(self.members.detections) > before:
            self._stop()
        return reading

    def _add(self, member: Member, reading: Reading, *, second: bool = False) -> None:
        path = self.members.path_of(member.names[0])
        view = reading.view
        failure = reading.failure
        if failure is None and not member.is_whole(view):
            failure = ContentMalformed("not the bytes that were packed")
        if failure is not None and not second:
            self.members.gap(failure.reason, path)
        if isinstance(failure, ContentMalformed) and not second:
            self._add_otherwise(member)
        if not view and member.is_folder:
            return
        if view or not (failure or second):
            self._append(member, view)
        elif failure is not None and not second:
            self._seal(member)

    def _add_otherwise(self, member: Member) -> None:
        """Read a broken member as if its method were another: stored, or deflated."""
        if member.header.encrypted:
            return
        before = self.distrusted
        self.distrusted = True
        if member.header.method == STORED:
            unpacked = inflate.unpack(
                inflate.deflated_prefix, member.packed, self.budget, FREE_BYTES
            )
            if len(unpacked.view) >= SHORTEST:
                self._append(member, unpacked.view)
        elif len(member.packed) >= SHORTEST:
            self._append(member, member.packed)
        self.distrusted = before

    def _append(self, member: Member, view: memoryview) -> None:
        self.members.hidden = self.distrusted or member.header.method not in CLAMD_DECODES
        self.members.add(member.names[0], view, member.names[1:])

    def _seal(self, member: Member) -> None:
        size, checksum = member.size, member.checksum
        self.members.seal(member.names[0], member.names[1:], size=size, checksum=checksum)

    def _reads_plain(self, member: Member) -> bool:
        """Return whether a member that is called encrypted is not: Android reads such ones."""
        header, budget = member.header, replace(self.budget)
        if header.aes or header.method not in FAST_TO_REFUSE or not member.size:
            return False
        if header.method == STORED and len(member.packed) != member.size:
            return False
        try:
            reading = unpack(member.packed, header.method, budget)
        except ContentTooLarge:
            return False
        known = member.checksum is not None
        return known and reading.failure is None and member.is_whole(reading.view)
