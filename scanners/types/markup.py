"""Markup: what a text that begins with a tag is, and whether scripts run in it."""

import re
from itertools import islice

from scanners.types.shell_files import ShellFiles
from scanners.types.text import Text

SCRIPTS_WITHIN = 64 * 1024
"""Bytes of a page or drawing in which scripts are looked for."""
EVENTS = 256
"""Words that look like an attribute for events, looked at."""
TAG = 2000
"""Bytes of a tag before such a word."""

_ROOT = re.compile(rb"<(?:!doctype\s+)?([a-z][a-z0-9_:.-]{0,99})", re.IGNORECASE)
_HTML = frozenset(
    b"html head body script meta title style link table div iframe form img a p br center".split()
)
_PAGE = frozenset(b"html head body script".split())
"""What a browser takes for a page behind an XML declaration; other XML has elements like <a>."""
_PHP = re.compile(rb"<\?(?:php\b|=)", re.IGNORECASE)
_JOB = re.compile(rb"<script[^>]{0,400}\b(?:language|src)[ \t]*=")
_EVENT = re.compile(rb"on[a-z]{3,24}[ \t\r\n]*=")
_BEFORE_EVENT = frozenset(b" \t\r\n\"'/")


def markup_type(view: memoryview, text: Text, shell_files: ShellFiles) -> tuple[str, str] | None:
    """Return type and kind of a text that begins with "<"; None if that is no markup."""
    sample, lower = text.sample, text.lower
    if _PHP.match(sample):
        return "script", "php"
    if sample.startswith(b"<#"):
        return None  # a comment of PowerShell
    if b"<hta:application" in lower:
        return "script", "hta"
    found = _ROOT.search(_without_comments(sample))
    root = found[1].lower() if found else b""
    local = root.rpartition(b":")[2]
    if kind := _script_host(local, lower):
        return "script", kind
    if name := shell_files.by_root(local, lower):
        return name, ""
    if local == b"plist" and b"<key>url</key>" in lower and len(view) < len(sample) + 64:
        return "url", "webloc"
    xml = b"<?xml" in sample[:64]
    if root in (_PAGE if xml else _HTML):
        return "html", _scripts(view)
    if local == b"svg":
        return "svg", _scripts(view)
    if xml:
        return "xml", "scripts" if b":script" in lower else ""
    return ("text", "") if text.sure else None


def _script_host(root: bytes, lower: bytes) -> str:
    """Return the kind of script that Windows keeps in XML; other XML has these elements, too."""
    if root in (b"job", b"package") and b"<job" in lower and _JOB.search(lower):
        return "wsf"
    if root in (b"scriptlet", b"component", b"package") and _JOB.search(lower):
        return "scriptlet" if b"<registration" in lower or b"<public" in lower else ""
    return ""


def _without_comments(sample: bytes) -> bytes:
    """Return a text without what stands between <!-- and -->; one that is open ends it."""
    first, *rest = sample.split(b"<!--")
    return first + b"".join(part.partition(b"-->")[2] for part in rest)


def _scripts(view: memoryview) -> str:
    """Return "scripts" if the start of a page holds any, or an attribute that is one."""
    page = bytes(view[:SCRIPTS_WITHIN])
    if page.startswith((b"\xff\xfe", b"\xfe\xff")):
        page = page.replace(b"\0", b"")  # wide letters, as far as they are ASCII
    lower = page.lower()
    if b"<script" in lower or b":script" in lower or b"script:" in lower:
        return "scripts"
    for event in islice(_EVENT.finditer(lower), EVENTS):
        at = event.start()
        tag = lower[max(0, at - TAG) : at]
        if tag and tag[-1] in _BEFORE_EVENT and tag.rfind(b"<") > tag.rfind(b">"):
            return "scripts"
    return ""
