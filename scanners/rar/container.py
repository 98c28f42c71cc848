"""RAR archives of all generations since 1.5: their members as children, opened if need be."""

from dataclasses import dataclass, field, replace

from scanners.archives.trailing import add_trailing
from scanners.budget import Budget
from scanners.errors import ContentMalformed, ScannerError
from scanners.kit import Kit
from scanners.members import MemberList
from scanners.model import Clue, Code, Content, Reason, Report
from scanners.rar import rar4, rar5
from scanners.rar.compare import Comparison
from scanners.rar.keys import Derived
from scanners.rar.locate import TYPE, locate
from scanners.rar.passwords import Passwords
from scanners.rar.records import Archive, Link, Member, Way
from scanners.rar.unpack import (
    LARGEST_WINDOW,
    Unpacked,
    is_packed,
    listed,
    nothing,
    stored,
    unlocked,
)

READERS = {4: rar4.read, 5: rar5.read}
EMPTY = 16
"""Packed bytes of a member that is empty: nothing, or one block of padding."""


@dataclass(frozen=True, slots=True)
class RarContainer:
    """Opens RAR, also behind a self-extractor's program.  Free builds of clamd cannot."""

    kit: Kit
    name: str = "rar"

    def scan(self, content: Content, budget: Budget) -> Report:
        if content.codings or (found := locate(content)) is None:
            return Report()
        version, start = found
        opening = _Opening(MemberList(content, self.name, self.kit, hidden=True), budget)
        try:
            opening.read(version, start)
        except ScannerError as error:
            opening.members.gap(error.reason, content.path)
        return opening.members.report()


@dataclass(slots=True)
class _Opening:
    """One archive while it is opened."""

    members: MemberList
    budget: Budget
    derived: Derived = field(default_factory=Derived)
    out: dict[int, Unpacked] = field(default_factory=dict)
    """What came out so far, by the number of the member."""

    @property
    def content(self) -> Content:
        return self.members.content

    def read(self, version: int, start: int) -> None:
        view, path = self.content.view, self.content.path
        archive = READERS[version](view, start, self.budget, self.derived)
        passwords = Passwords(self.members.kit.keyring, self._with_clues(archive), self.budget)
        plain = archive.names_keys is None
        if not plain:
            password = passwords.of_headers(archive, self.derived)
            if password is None:
                self.members.encrypted(Code.ARCHIVE_ENCRYPTED_NAMES, path)
                return
            self.members.opened(Code.ARCHIVE_ENCRYPTED_NAMES, password, path)
            archive = READERS[version](view, start, self.budget, self.derived, password.text)
        self._judge_structure(archive)
        if plain and len(archive.members) <= self.budget.members_left:
            self._compare(archive)
        opened = self._open(archive, passwords)
        done = set(self.out)
        self.out |= unlocked(archive, view, opened, done, self.budget, everything=not plain)
        self._tell(archive, opened)
        if self.content.file_type.name == TYPE:
            add_trailing(self.members, archive.end, self.budget, word="behind")

    def _with_clues(self, archive: Archive) -> Content:
        """The archive's own comment may say what opens it."""
        if not archive.comment:
            return self.content
        clues = (
            *self.content.clues,
            Clue(memoryview(archive.comment), name="comment", charset="utf-8"),
        )
        return replace(self.content, clues=clues)

    def _judge_structure(self, archive: Archive) -> None:
        path = self.content.path
        for word, said in archive.ambiguous:
            self.members.detect(Code.ARCHIVE_AMBIGUOUS, word, said, path)
        if archive.broken:
            self.members.gap(Reason.MALFORMED, path)

    def _compare(self, archive: Archive) -> None:
        """Hold our list against libarchive's, and keep what came out of plain packed members."""
        comparison = Comparison(archive)
        try:
            for entry in listed(self.content.view, archive, self.budget):
                number = comparison.place(entry)
                if entry.unpacked is None:
                    continue
                if number is not None:
                    self.out[number] = entry.unpacked
                else:
                    self.members.spend(self.budget)
                    self._add(entry.name, (), entry.unpacked)
        except ContentMalformed:
            comparison.broke_off = True  # the members behind are gaps, each by itself
        if said := comparison.difference():
            self.members.detect(Code.ARCHIVE_AMBIGUOUS, "readers", said, self.content.path)

    def _open(self, archive: Archive, passwords: Passwords) -> dict[int, str]:
        """Return the passwords of encrypted members, by number; say once how each was found."""
        texts: dict[int, str] = {}
        told = {password.text for password in passwords.right.values() if password is not None}
        for number, member in enumerate(archive.members):
            password = passwords.of_member(member, archive)
            if password is None:
                continue
            texts[number] = password.text
            if password.text not in told:
                told.add(password.text)
                self.members.opened(Code.ARCHIVE_ENCRYPTED, password, self.content.path)
        return texts

    def _tell(self, archive: Archive, opened: dict[int, str]) -> None:
        """Add every member as the headers list it, with what came out of it."""
        places: dict[str, int] = {}
        for number, member in enumerate(archive.members):
            self.members.spend(self.budget)
            bare = member.folder and not member.packed
            if member.link is not None:
                bare = member.link.bare
                self._tell_link(member, member.link, places)
            if bare:
                continue
            if member.keys is not None and member.size and number not in opened:
                self.members.encrypted(Code.ARCHIVE_ENCRYPTED, self.members.path_of(member.name))
                tweaked = member.keys.tweaked
                checksum = None if tweaked else member.checksum
                self.members.seal(
                    member.name, member.other_names, size=member.size, checksum=checksum
                )
            else:
                out = self._bytes(number, member, opened.get(number, ""))
                self._add(member.name, member.other_names, out)
                places.setdefault(member.name, len(self.members.children) - 1)

    def _tell_link(self, member: Member, link: Link, places: dict[str, int]) -> None:
        self.members.link(member.name, link.target)
        if link.way is Way.COPY and link.target in places:
            self.members.alias(member.name, places[link.target])
        elif link.way is Way.COPY and link.bare:
            self._add(member.name, member.other_names, nothing(Reason.MALFORMED))

    def _bytes(self, number: int, member: Member, password: str) -> Unpacked:
        if number in self.out:
            return self.out[number]
        if member.size == 0 and member.packed <= EMPTY:
            return Unpacked(memoryview(b""))
        if member.stored and not member.begins_elsewhere and not member.folder:
            return stored(member, self.content.view, self.budget, password)
        return nothing(
            Reason.TOO_LARGE
            if is_packed(member) and member.window > LARGEST_WINDOW
            else Reason.MALFORMED
        )

    def _add(self, name: str, others: tuple[str, ...], out: Unpacked) -> None:
        path = self.members.path_of(name)
        self.members.came_out(len(out.view), path, bomb=out.bomb)
        if out.reason is not None:
            self.members.gap(out.reason, path)
        if out.view or out.reason is None:
            self.members.add(name, out.view, others)
        else:
            self.members.seal(name, others)
