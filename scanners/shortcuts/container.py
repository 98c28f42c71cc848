"""Shortcuts and launchers, each judged by the file of its kind; what a .lnk carries is a child."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter
from types import MappingProxyType

from scanners.budget import Budget
from scanners.errors import ContentTooLarge, ScannerError
from scanners.few_of_each import few_of_each
from scanners.kit import Kit
from scanners.members import MemberList
from scanners.model import Code, Content, Family, Reason, Report
from scanners.names import extension, readings
from scanners.shortcuts.desktop import judge_desktop
from scanners.shortcuts.explorer import judge_places, judge_scf
from scanners.shortcuts.inf import judge_inf
from scanners.shortcuts.iqy import judge_iqy
from scanners.shortcuts.jnlp import judge_jnlp
from scanners.shortcuts.launchers import Finding
from scanners.shortcuts.lnk import judge_lnk
from scanners.shortcuts.lnk_file import read_shortcut
from scanners.shortcuts.msc import judge_msc
from scanners.shortcuts.rdp import judge_rdp
from scanners.shortcuts.reg import judge_reg
from scanners.shortcuts.settings_content import judge_settings_content
from scanners.shortcuts.slk import judge_slk
from scanners.shortcuts.theme import judge_theme
from scanners.shortcuts.url import judge_url

Judge = Callable[[str], Iterator[Finding]]

JUDGES: Mapping[str, Judge] = MappingProxyType(
    {
        "url": judge_url,
        "scf": judge_scf,
        "library_ms": judge_places,
        "search_ms": judge_places,
        "settingcontent_ms": judge_settings_content,
        "desktop": judge_desktop,
        "rdp": judge_rdp,
        "reg": judge_reg,
        "inf": judge_inf,
        "jnlp": judge_jnlp,
        "iqy": judge_iqy,
        "slk": judge_slk,
        "theme": judge_theme,
        "msc": judge_msc,
    }
)
"""By type.  Windows goes by the name alone: a text under one of these is read as one, too."""
EXTENSIONS = {
    "library-ms": "library_ms",
    "search-ms": "search_ms",
    "searchconnector-ms": "search_ms",
    "settingcontent-ms": "settingcontent_ms",
    "website": "url",
    "themepack": "theme",
}
READABLE = frozenset({Family.TEXT, Family.DATA, Family.PROGRAM, Family.DOCUMENT})
MAX_BYTES = 16 * 1024 * 1024
"""Drivers of graphic cards have .inf files of 6 MiB."""
MOST = 16
"""Findings of one kind in one file that are kept."""
OVERLAY = "overlay"


@dataclass(frozen=True, slots=True)
class ShortcutScanner:
    """Says what a shortcut starts: info for an ordinary thing, suspicious for a shell."""

    kit: Kit
    name: str = "shortcut"

    def scan(self, content: Content, budget: Budget) -> Report:
        if content.codings:
            return Report()
        if content.file_type.name == "lnk":
            return self._lnk(content, budget)
        kind = _kind(content)
        if kind is None:
            return Report()
        if len(content.view) > MAX_BYTES:
            raise ContentTooLarge("no shortcut is so long")
        budget.spend_bytes(len(content.view))
        text = decoded(bytes(content.view))
        members = MemberList(content, self.name, self.kit)
        self._weigh(kind, JUDGES[kind](text), members, budget)
        return members.report()

    def _lnk(self, content: Content, budget: Budget) -> Report:
        """Judge a .lnk and hand out what follows it; of a broken one, all that was not read."""
        shortcut = read_shortcut(content.view)
        members = MemberList(content, self.name, self.kit, hidden=True)
        self._weigh("lnk", judge_lnk(shortcut, content.view), members, budget)
        if shortcut.broken:
            members.gap(Reason.MALFORMED, content.path)
        rest = content.view[shortcut.end :]
        if any(rest):
            try:
                members.spend(budget)
                members.add(OVERLAY, rest)
                self._judge_carried(members, content)
            except ScannerError as error:
                members.gap(error.reason, content.path)
        return members.report()

    def _judge_carried(self, members: MemberList, content: Content) -> None:
        if members.children[-1].file_type.family is Family.PROGRAM:
            said = "a program lies behind the shortcut"
            members.detect(Code.EMBEDDED_EXECUTABLE, "overlay", said, content.path)

    def _weigh(
        self, kind: str, findings: Iterator[Finding], members: MemberList, budget: Budget
    ) -> None:
        """Tell what was found; a shortcut without any finding is worth a line all the same."""
        path, file_type = members.content.path, members.content.file_type
        try:
            for each in few_of_each(findings, attrgetter("kind"), MOST, budget):
                members.detect(each.code, each.word, each.said, path)
        except ScannerError as error:
            members.gap(error.reason, path)
        starts = file_type.family is Family.PROGRAM and file_type.name == kind
        if starts and not members.detections:
            said = "it opens something else"
            members.detect(Code.CONTAINER_SHORTCUT, kind, said, path, harmless=True)


def decoded(data: bytes) -> str:
    """Return the text, in whichever of the usual ways it is written."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if data[1:2] == b"\0" and data[3:4] == b"\0":
        return data.decode("utf-16-le", "replace")
    return data.decode("utf-8-sig", "replace")


def _kind(content: Content) -> str | None:
    if content.file_type.name in JUDGES:
        return content.file_type.name
    if content.file_type.family not in READABLE or not content.view:
        return None
    for name in (content.name, *content.other_names):
        for reading in readings(name):
            last = extension(reading)
            kind = EXTENSIONS.get(last, last)
            if kind in JUDGES:
                return kind
    return None
