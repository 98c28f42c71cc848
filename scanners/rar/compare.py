"""Our list of a RAR archive held against libarchive's: two readers that see two archives."""

from dataclasses import dataclass, field

from scanners.names import extension, readings
from scanners.rar.records import Archive, Member
from scanners.rar.unpack import Listed


@dataclass(slots=True)
class Comparison:
    """Takes libarchive's entries in order, and says which of ours each is."""

    archive: Archive
    broke_off: bool = False
    """libarchive gave up: what it did not list is no contradiction."""
    _seen: int = 0
    _differs: bool = False
    _own: list[int] = field(init=False)
    """Numbers of the members that readers other than WinRAR list."""

    def __post_init__(self) -> None:
        members = enumerate(self.archive.members)
        self._own = [number for number, member in members if not member.stream]

    def place(self, entry: Listed) -> int | None:
        """Return the number of the member that this is; None if we list no such member there."""
        place = self._seen
        self._seen += 1
        if place < len(self._own):
            number = self._own[place]
            if _is_called(self.archive.members[number], entry.name):
                return number
        self._differs = True
        return None

    def difference(self) -> str:
        """Return what readers disagree on, in words; empty if they do not.

        Of a set of volumes one alone is no whole archive to any reader.
        """
        if not all(member.whole for member in self.archive.members):
            return ""
        if self._differs:
            return "readers list other members"
        if self._seen < len(self._own) and not self.broke_off:
            return "some readers do not list all members"
        return ""


def _is_called(member: Member, name: str) -> bool:
    """A name in an old code page has as many spellings as readers: then extensions count."""
    called = _plain(name)
    own = [_plain(own) for own in (member.name, *member.other_names)]
    if called in own:
        return True
    if called.isascii() and all(name.isascii() for name in own):
        return False
    return any(_extension(called) == _extension(name) for name in own)


def _plain(name: str) -> str:
    return name.replace("\\", "/").removeprefix("./").rstrip("/").partition("\0")[0]


def _extension(name: str) -> str:
    read = readings(name.encode("utf-8", "replace").decode("utf-8", "replace"))
    return extension(read[0]) if read else ""
