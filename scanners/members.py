"""The members of one container, judged as they are found; a failure on the way loses none."""

import re
from dataclasses import dataclass, field, replace

from scanners.budget import Budget
from scanners.kit import Kit
from scanners.model import (
    UNKNOWN_TYPE,
    Code,
    Content,
    Detection,
    DetectionLevel,
    Family,
    FileType,
    Reason,
    Report,
    Unscanned,
)
from scanners.names import extension, readings, shorten
from scanners.passwords.keyring import Password

SEALED = FileType("encrypted", UNKNOWN_TYPE.mime, Family.DATA)
"""Type of a member whose content cannot be read: its name is judged, its content is a gap."""
RATIO = 200
"""Bytes out for one byte in, beyond which a member of FREE_BYTES and more is a bomb."""
WHOLE_RATIO = 1032
"""The most that one pass of deflate can do: an archive beyond it counts its bytes twice."""
FREE_BYTES = 10 * 1024 * 1024
MANY_BYTES = 10 * FREE_BYTES
"""Beyond which RATIO holds for all members together: each may stay just below FREE_BYTES."""
MOST_STEPS = 256
"""Folders in a name that are compared with links: systems take 4,096 bytes, a tar member a MiB."""
LONGEST_PATH = 4096
"""Characters of a name that a system can store somewhere, at most: Linux's PATH_MAX."""
PROGRAMS_BELONG = frozenset({"jar", "apk", "x-java-jmod", "ar", "deb", "msi", "rpm", "xar"})

_ABSOLUTE = re.compile(r"[/\\]|[A-Za-z]:(?!:)")
"""From the root, or from a drive; but manual pages are called B::Module.3pm."""


@dataclass(slots=True)
class MemberList:
    """What one container scanner found so far in one content."""

    content: Content
    scanner: str
    kit: Kit
    hidden: bool = False
    """clamd cannot open this container: its members are handed out as children."""
    detections: list[Detection] = field(default_factory=list)
    unscanned: list[Unscanned] = field(default_factory=list)
    children: list[Content] = field(default_factory=list)
    bytes_out: int = 0
    ways_out: set[tuple[str, ...]] = field(default_factory=set)
    """Links that lead out of the folder, as steps."""
    unlocked: bool = False
    """A password opened something."""

    def path_of(self, name: str) -> tuple[str, ...]:
        return (*self.content.path, shorten(name))

    def detect(
        self, code: Code, word: str, said: str, path: tuple[str, ...], *, harmless: bool = False
    ) -> None:
        level = DetectionLevel.INFO if harmless else DetectionLevel.SUSPICIOUS
        self.detections.append(Detection(code, self.scanner, word, level, path, said))

    def gap(self, reason: Reason, path: tuple[str, ...]) -> None:
        self.unscanned.append(Unscanned(self.scanner, reason, path))

    def spend(self, budget: Budget) -> None:
        """Count one member; raise what the budget raises."""
        budget.spend_member()
        budget.seconds_left()

    def add(self, name: str, view: memoryview, others: tuple[str, ...] = ()) -> None:
        """Add a member whose bytes are at hand, whole or as far as they could be had."""
        self._append(name, others, view, self.kit.identify(view))

    def seal(
        self,
        name: str,
        others: tuple[str, ...] = (),
        *,
        size: int | None = None,
        checksum: int | None = None,
    ) -> None:
        """Add a member of which only the name is known; the caller says why (`gap`).

        `size` and `checksum`, a CRC-32, are of the unpacked bytes; None if the container does not
        show them.  With the name they may be those of a member that analysts know.
        """
        self._append(name, others, memoryview(b""), SEALED)
        if label := self.kit.known.label((name, *others), size, checksum):
            said = "name, size and CRC are those of a member in rules/members.txt"
            code, level = Code.HASH_BLOCKED, DetectionLevel.MALICIOUS
            path = self.path_of(name)
            self.detections.append(Detection(code, self.scanner, label, level, path, said))

    def alias(self, name: str, place: int) -> None:
        """Give the member at this place of `children` one more name: a hard link, another tree."""
        self._judge_path(name)
        child = self.children[place]
        names = dict.fromkeys((child.name, *child.other_names, shorten(name)))
        self.children[place] = replace(child, other_names=tuple(names)[1:])

    def link(self, name: str, target: str) -> None:
        """Judge a link: nothing is unpacked here, but elsewhere a member may go through it.

        System images are full of links that lead out; one that a later member's name goes through
        has one use only.
        """
        self._judge_path(name)
        if max(len(name), len(target)) > LONGEST_PATH:
            return
        here = _steps(name)
        if _leads_out((*here[:-1], *_steps(target))) or _is_absolute(target):
            self.ways_out.add(here)
            said = "a link leads out of the folder it is unpacked in"
            path = self.path_of(name)
            self.detect(Code.ARCHIVE_TRAVERSAL, "link", said, path, harmless=True)

    def came_out(self, count: int, path: tuple[str, ...], *, bomb: bool = False) -> None:
        """Count unpacked bytes of one member; a bomb is one by itself, or together with others."""
        self.bytes_out += count
        free, ratio = FREE_BYTES, WHOLE_RATIO
        if self.bytes_out > MANY_BYTES:
            free, ratio = MANY_BYTES, RATIO
        if bomb or self.bytes_out > max(free, ratio * len(self.content.view)):
            said = "unpacks to far more than honest data would"
            self.detect(Code.ARCHIVE_BOMB, "ratio", said, path)

    def encrypted(self, code: Code, path: tuple[str, ...]) -> None:
        """Record what no password opened: a detection that says so, and the gap."""
        self.detect(code, "encrypted", "no password that we had opens it", path, harmless=True)
        self.gap(Reason.ENCRYPTED, path)

    def opened(self, code: Code, password: Password, path: tuple[str, ...]) -> None:
        """Record how it was opened; of the password only a keyed hash."""
        mark = self.kit.keyring.mark(password)
        said = f"opened with a password from the {password.source.value} (mark {mark})"
        self.detect(code, "opened", said, path, harmless=True)
        self.unlocked = True

    def report(self) -> Report:
        found = tuple(self.detections), tuple(self.unscanned), tuple(self.children)
        return Report(*found, archive=True, unlocked=self.unlocked and not self.unscanned)

    def _append(
        self, name: str, others: tuple[str, ...], view: memoryview, file_type: FileType
    ) -> None:
        names = tuple(dict.fromkeys(map(shorten, (name, *others))))
        for each in (name, *others):
            self._judge_path(each)
        path = self.path_of(name)
        self._judge_program(names, file_type, path)
        child = Content(
            view,
            name=names[0],
            path=path,
            file_type=file_type,
            other_names=names[1:],
            hidden_from_clamav=self.hidden and file_type is not SEALED,
        )
        self.children.append(child)

    def _judge_path(self, name: str) -> None:
        if len(name) > LONGEST_PATH:
            said = "a name that no system can store"
            self.detect(Code.ARCHIVE_BOMB, "name", said, self.path_of(name))
            return  # nor can it lead anywhere: thousands of such names cost half a minute
        steps = _steps(name)
        if ".." in steps or (_is_absolute(name) and not _names_no_file(name)):
            said = "the member's name leads out of the folder it is unpacked in"
            self.detect(Code.ARCHIVE_TRAVERSAL, "path", said, self.path_of(name))
        if self.ways_out and any(
            steps[:end] in self.ways_out for end in range(1, min(len(steps), MOST_STEPS))
        ):
            said = "a member is written through a link that leads out of the folder"
            self.detect(Code.ARCHIVE_TRAVERSAL, "through_link", said, self.path_of(name))

    def _judge_program(
        self, names: tuple[str, ...], file_type: FileType, path: tuple[str, ...]
    ) -> None:
        if self.content.file_type.name in PROGRAMS_BELONG:
            return
        by_name = file_type is SEALED and any(
            self.kit.table.extension_families(extension(reading)) == {Family.PROGRAM}
            for name in names
            for reading in readings(name)
        )
        if by_name or file_type.family is Family.PROGRAM:
            said = "a program lies in the archive"
            self.detect(Code.ARCHIVE_EXECUTABLE, file_type.name, said, path, harmless=True)


def _steps(name: str) -> tuple[str, ...]:
    return tuple(step for step in name.replace("\\", "/").split("/") if step not in ("", "."))


def _is_absolute(name: str) -> bool:
    return _ABSOLUTE.match(name) is not None


def _names_no_file(name: str) -> bool:
    """Say whether nothing can be written there, as it ends with the slash that it begins with.

    Printer drivers keep a cabinet with "//Uncompressed-Data//" in the settings that workbooks hold.
    """
    return name[0] == name[-1] == "/"


def _leads_out(steps: tuple[str, ...]) -> bool:
    depth = 0
    for step in steps:
        depth += -1 if step == ".." else 1
        if depth < 0:
            return True
    return False
