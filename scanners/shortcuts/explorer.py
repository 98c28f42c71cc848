"""Files that Explorer opens as folders or commands: .scf, libraries, saved searches."""

import re
from collections.abc import Iterator
from html import unescape

from scanners.shortcuts.ini import settings
from scanners.shortcuts.launchers import Finding, is_web, judge_address, judge_line

_PLACE = re.compile(
    r"<(?:\w{1,32}:)?(url|iconReference|icon|domain|resultLayout|template|include|scope|location)"
    r"\b([^<>]{0,4096})>([^<]{0,4096})",
    re.IGNORECASE,
)
_PATH = re.compile(r"\b(?:path|url|template|location)\s*=\s*[\"']([^\"'<>]{1,4096})", re.IGNORECASE)


def judge_scf(text: str) -> Iterator[Finding]:
    """A command of Explorer: the mere look at its folder fetches the icon ([Shell] IconFile)."""
    for setting in settings(text):
        if setting.key == "iconfile" and judge_address(setting.value):
            yield Finding("remote_icon", "its icon lies on a server that learns who looks at it")
        elif setting.key == "command" and (found := judge_line(setting.value)):
            yield found


def judge_places(text: str) -> Iterator[Finding]:
    """Libraries and searches show the folders they name, those of a foreign server too.

    Connectors of OpenSearch name pages of the web, where they send what is searched for.
    """
    opens_web = "opensearchdescription" in text[:4096].lower()
    for place in _PLACE.finditer(text):
        attributes = (found[1] for found in _PATH.finditer(place[2]))
        for address in (place[3], *attributes):
            clear = unescape(address).strip()
            if found := judge_address(clear):
                yield found
            elif is_web(clear) and place[1].lower() == "url" and not opens_web:
                yield Finding("remote", "shows a folder of a server as one of this computer")
