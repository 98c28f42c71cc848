"""7z archives: their members as children, opened if need be."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest

from scanners.archives import libarchive
from scanners.archives.targets import is_target, text_of
from scanners.archives.trailing import add_trailing
from scanners.budget import Budget
from scanners.errors import ContentMalformed, ScannerError
from scanners.inflate import WINDOW
from scanners.kit import Kit
from scanners.members import MemberList
from scanners.model import Code, Content, Reason, Report
from scanners.passwords.password import Password
from scanners.sevenzip.header import Locked, read, unlock
from scanners.sevenzip.locate import TYPE, locate
from scanners.sevenzip.passwords import Passwords
from scanners.sevenzip.records import (
    BCJ,
    BCJ2,
    COPY,
    LZMA,
    LZMA2,
    PPMD,
    Archive,
    Member,
    Part,
)
from scanners.sevenzip.unpack import FORMAT, Source, Unpacked, ceiling, take, unpack, verified

CLAMD_KNOWS = frozenset({COPY, LZMA, LZMA2, PPMD, BCJ, BCJ2})
"""clamd 1.4.6 unpacks these and no others, as measured (tests/scanners/sevenzip/test_clamav.py)."""

Place = tuple[int, int]
"""Number of a folder, and of one of its parts."""


@dataclass(frozen=True, slots=True)
class SevenZipContainer:
    """Opens 7z, also behind a self-extractor's program."""

    kit: Kit
    name: str = "sevenzip"

    def scan(self, content: Content, budget: Budget) -> Report:
        if content.codings or (start := locate(content)) is None:
            return Report()
        members = MemberList(content, self.name, self.kit)
        try:
            _Opening(members, Source(content.view, budget)).read(start)
        except ScannerError as error:
            members.gap(error.reason, content.path)
        return members.report()


@dataclass(slots=True)
class _Opening:
    """One archive while it is opened."""

    members: MemberList
    source: Source
    out: dict[Place, Unpacked] = field(default_factory=dict)
    opened: set[str] = field(default_factory=set)
    """Passwords that were told of."""

    @property
    def content(self) -> Content:
        return self.members.content

    @property
    def budget(self) -> Budget:
        return self.source.budget

    def read(self, start: int) -> None:
        passwords = Passwords(self.members.kit.keyring, self.content, self.source)
        archive = read(self.source, start)
        if isinstance(archive, Locked):
            password = passwords.of_header(archive)
            if password is None:
                self.members.encrypted(Code.ARCHIVE_ENCRYPTED_NAMES, self.content.path)
                return
            self._say_opened(Code.ARCHIVE_ENCRYPTED_NAMES, password)
            archive = unlock(self.source, start, password.text)
        pure = self.content.file_type.name == TYPE
        folders = archive.streams.folders
        locked = bool(self.opened) or any(folder.encrypted for folder in folders)
        methods = {coder.method for folder in folders for coder in folder.coders}
        self.members.hidden = locked or not pure or not methods <= CLAMD_KNOWS
        if not locked and all(folder.memory <= WINDOW for folder in folders):
            self._compare(archive)
        self._tell(archive, passwords)
        if pure:
            add_trailing(self.members, archive.end, self.budget, word="behind")

    def _say_opened(self, code: Code, password: Password) -> None:
        if password.text not in self.opened:
            self.opened.add(password.text)
            self.members.opened(code, password, self.content.path)

    def _compare(self, archive: Archive) -> None:
        """Hold our list against libarchive's, and keep what comes out."""
        others = libarchive.members(self.content.view[archive.start :], FORMAT, self.budget)
        most, differs = ceiling(len(self.content.view)), False
        try:
            for own, other in zip_longest(archive.members, others):
                if own is None or other is None or not _is_called(own, other.name):
                    differs = True
                    if other is not None:
                        self.members.spend(self.budget)
                        self._add(other.name, take(other, self.budget, most))
                elif own.folder is not None:
                    part = archive.streams.parts[own.folder][own.part]
                    out = verified(part, take(other, self.budget, most), locked=False)
                    if out.reason is None or not own.is_link:  # whose content it cuts at a zero
                        self.out[own.folder, own.part] = out
        except ContentMalformed:
            pass  # libarchive gave up, which contradicts nothing: the rest is taken one by one
        if differs:
            said = "readers list other members"
            self.members.detect(Code.ARCHIVE_AMBIGUOUS, "readers", said, self.content.path)

    def _tell(self, archive: Archive, passwords: Passwords) -> None:
        """Add every member as the header lists it, with what comes out of it."""
        for member in archive.members:
            if member.is_directory:
                continue
            self.members.spend(self.budget)
            if member.folder is None:
                self._add(member.name, Unpacked(memoryview(b"")))
                continue
            place = member.folder, member.part
            if place not in self.out:
                self._unpack(archive, member.folder, passwords)
            out = self.out[place]
            part = archive.streams.parts[member.folder][member.part]
            if member.is_link and out.reason is None:
                self.members.link(member.name, text_of(out.view))
            if not member.is_link or out.reason is not None or not is_target(out.view):
                self._add(member.name, out, part)

    def _unpack(self, archive: Archive, number: int, passwords: Passwords) -> None:
        """Keep what comes out of one folder; for all its members the same gap if nothing does."""
        streams = archive.streams
        gap = Reason.ENCRYPTED
        unpacked: Iterator[Unpacked] = iter(())
        try:
            text: str | None = ""
            if streams.folders[number].encrypted:
                password = passwords.of_folder(archive, number)
                text = password.text if password else None
                if password is not None:
                    self._say_opened(Code.ARCHIVE_ENCRYPTED, password)
            if text is not None:
                gap = Reason.MALFORMED
                unpacked = unpack(self.source, streams, number, text)
            for part in range(len(streams.parts[number])):
                out = next(unpacked, Unpacked(memoryview(b""), gap))
                self.out.setdefault((number, part), out)
        except ScannerError as error:
            for part in range(len(streams.parts[number])):
                self.out.setdefault((number, part), Unpacked(memoryview(b""), error.reason))

    def _add(self, name: str, out: Unpacked, part: Part | None = None) -> None:
        path = self.members.path_of(name)
        self.members.came_out(len(out.view), path, bomb=out.bomb)
        if out.reason is Reason.ENCRYPTED:
            self.members.encrypted(Code.ARCHIVE_ENCRYPTED, path)
        elif out.reason is not None:
            self.members.gap(out.reason, path)
        if out.view or out.reason is None:
            self.members.add(name, out.view)
        else:
            size, checksum = (part.size, part.checksum) if part else (None, None)
            self.members.seal(name, size=size, checksum=checksum)


def _is_called(member: Member, name: str) -> bool:
    own, other = (text.replace("\\", "/").rstrip("/") for text in (member.name, name))
    return own == other or "\ufffd" in own  # what is no Unicode has as many readings as readers
