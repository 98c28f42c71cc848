"""What a JavaScript of a PDF does, read from its source, and what a launch starts."""

import re

from scanners.documents.finding import Finding, quote
from scanners.model import Code
from scanners.shortcuts.launchers import is_runnable, judge_address, judge_command

MAX_SCRIPT = 4 * 1024 * 1024
"""Characters of a script that are read."""
EXPLOITS = (
    (re.compile(r"exportDataObject\s{0,9}\([^;]{0,500}?nLaunch\W{0,9}[12]"), "opens an attachment"),
    (re.compile(r"Collab\s{0,9}\.\s{0,9}(?:collectEmailInfo|getIcon)"), "calls a known weak spot"),
    (re.compile(r"media\s{0,9}\.\s{0,9}newPlayer|customDictionaryOpen"), "calls a known weak spot"),
    (
        re.compile(r"printf\s{0,9}\(\s{0,9}[\"'][^\"']{0,99}%[^a-zA-Z%\"']{0,9}?\d{3}"),
        "calls a known weak spot",
    ),
    (re.compile(r"unescape\s{0,9}\(\s{0,9}[\"']%u|(?:%u[0-9a-fA-F]{4}){8}"), "builds machine code"),
    (re.compile(r"\beval\b.{0,500}?(?:fromCharCode|unescape)", re.DOTALL), "hides what it does"),
    (re.compile(r"(?:fromCharCode|unescape).{0,500}?\beval\b", re.DOTALL), "hides what it does"),
)
"""Calls that no form needs, whenever they run."""
REACHING = re.compile(
    r"launchURL|getURL|submitForm|importAnFDF|openDoc|SOAP\s{0,9}\.\s{0,9}(?:request|connect)"
    r"|Net\s{0,9}\.\s{0,9}HTTP|exportDataObject|mailDoc|mailMsg|mailForm"
)
"""Calls that fetch or send something.  A button may; a document that does it by itself may not."""


def script_finding(source: str, *, by_itself: bool) -> Finding:
    """Judge a script; `by_itself`: some script of the document runs when it is opened."""
    source = source[:MAX_SCRIPT]
    for pattern, said in EXPLOITS:
        if pattern.search(source):
            return Finding(Code.DOCUMENT_MACRO, "exploit", f"JavaScript that {said}")
    if by_itself and (call := REACHING.search(source)):
        said = f"JavaScript that runs by itself calls {quote(call[0])}"
        return Finding(Code.DOCUMENT_MACRO, "auto_run", said)
    return Finding(Code.DOCUMENT_MACRO, "javascript", "the document has JavaScript", harmless=True)


def launch_finding(target: str, parameters: str) -> Finding:
    """Judge /Launch: a film or another document is ordinary, a program is not."""
    said = f"a launch action starts {quote(target)}"
    found = judge_command(target, parameters) or judge_address(target)
    harmless = not (found or parameters or is_runnable(target))
    return Finding(Code.DOCUMENT_EXTERNAL, "launch", said, harmless)


def address_finding(kind: str, address: str) -> Finding | None:
    """Judge where an action leads: pages of the web are ordinary, shares of servers are not."""
    found = judge_address(address)
    if found is None or found.word == "program":
        return None
    said = f"an action ({kind}) leads to {quote(address)}"
    return Finding(Code.DOCUMENT_EXTERNAL, "share" if found.word == "remote" else found.word, said)
