"""Links into the control panel (.SettingContent-ms), whose DeepLink is a command line."""

import re
from collections.abc import Iterator
from html import unescape

from scanners.shortcuts.launchers import Finding, judge_address, judge_line

_LINK = re.compile(r"<DeepLink\b[^<>]{0,256}>([^<]{0,32768})", re.IGNORECASE)
_ICON = re.compile(r"<Icon\b[^<>]{0,256}>([^<]{0,4096})", re.IGNORECASE)


def judge_settings_content(text: str) -> Iterator[Finding]:
    """Yield what its command starts; %windir%\\system32\\control.exe and its pages are ordinary."""
    text = text.replace("<![CDATA[", "").replace("]]>", "")
    for link in _LINK.finditer(text):
        if found := judge_line(unescape(link[1])):
            yield found
    for icon in _ICON.finditer(text):
        if judge_address(unescape(icon[1])):
            yield Finding("remote_icon", "its icon lies on a server that learns who looks at it")
