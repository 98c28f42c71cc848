"""Texts that the desktop acts on when they are opened: shortcuts, settings, queries, installers."""

import re
from dataclasses import dataclass, field

from scanners.types.table import KnownType, TypeTable

_COMMENTS = re.compile(rb"(?:[;#][^\n]*+\n\s*+)*+")
_HEADING = re.compile(rb"\[[^\]\r\n]{1,64}\][ \t]*\r?\n")
_SECTION = re.compile(rb"^[ \t]*\[([^\]\r\n]{1,64})\]", re.MULTILINE)
_KEY = re.compile(rb"^[ \t]*([a-z][a-z0-9._\\-]{0,63})(?:\[[\w@.-]{1,32}\])?[ \t]*=", re.MULTILINE)
_SETUP = re.compile(
    rb"^[ \t]*signature[ \t]*=[ \t]*\"?\$(?:windows nt|chicago|windows 95)\$", re.MULTILINE
)
_REGISTRY = re.compile(rb"(?:windows registry editor version 5\.00|regedit4)[ \t]*(?:\r?\n|$)")
_WEB_QUERY = re.compile(rb"web[ \t]*\r?\n1[ \t]*\r?\n[ \t]*(?:\w{2,10}://|\\\\|\[)")
_DATABASE_QUERY = re.compile(rb"(?:xlodbc[ \t]*\r?\n\d|querytype=oledb\b)")
_SYLK = re.compile(rb"id;[pn][^\r\n]{0,200}\r?\n[a-z]{1,2}[;\r\n]")
_REMOTE_DESKTOP = re.compile(rb"[a-z][a-z0-9 ]{0,60}:[isb]:")
_REMOTE_ADDRESS = re.compile(rb"^(?:alternate )?full address:s:", re.MULTILINE)
_CLICKONCE_REFERENCE = re.compile(
    rb"(?:https?|file)://[^\s#]{1,2000}#[^\r\n]{1,400}\bpublickeytoken=[0-9a-f]{16}\b"
)
_SCRIPT_HOST = re.compile(rb"\[scriptfile\]\s*path[ \t]*=")


@dataclass(slots=True)
class ShellFiles:
    """What rules/types.toml says of headings, keys and elements, ready for use."""

    table: TypeTable
    _by_section: dict[bytes, list[KnownType]] = field(init=False, default_factory=dict)
    _by_root: dict[bytes, list[KnownType]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for known in self.table.types.values():
            for section in known.sections:
                self._by_section.setdefault(section, []).append(known)
            for root in known.roots:
                self._by_root.setdefault(root, []).append(known)

    def by_lines(self, lower: bytes) -> tuple[str, str] | None:
        """Return type and kind of a text in lower case, if it is one of these."""
        if _REGISTRY.match(lower):
            return "reg", ""
        if _SYLK.match(lower):
            return "slk", ""
        if _WEB_QUERY.match(lower):
            return "iqy", "web"
        if _DATABASE_QUERY.match(lower):
            return "iqy", "database"
        if _REMOTE_DESKTOP.match(lower):
            return ("rdp", "") if _REMOTE_ADDRESS.search(lower) else None
        if _CLICKONCE_REFERENCE.match(lower):
            return "clickonce", "reference"
        return self._by_sections(lower)

    def _by_sections(self, lower: bytes) -> tuple[str, str] | None:
        comments = _COMMENTS.match(lower)
        start = comments.end() if comments else 0
        if not _HEADING.match(lower, start):
            return None
        if _SCRIPT_HOST.match(lower, start):
            return "script", "wsh"
        sections = dict.fromkeys(_SECTION.findall(lower))
        if b"version" in sections and _SETUP.search(lower):
            return "inf", "setup"
        for section in sections:
            for known in self._by_section.get(section, ()):
                if not known.keys or not known.keys.isdisjoint(_KEY.findall(lower)):
                    return known.file_type.name, "autorun" if section == b"autorun" else ""
        return None

    def by_root(self, root: bytes, lower: bytes) -> str | None:
        """Return the type of an XML text whose first element is `root`, if it is one of these."""
        for known in self._by_root.get(root, ()):
            if not known.elements or any(_has_element(lower, name) for name in known.elements):
                return known.file_type.name
        return None


def _has_element(lower: bytes, name: bytes) -> bool:
    return re.search(rb"<(?:\w+:)?" + re.escape(name) + rb"[\s/>]", lower) is not None
