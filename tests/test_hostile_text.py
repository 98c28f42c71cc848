"""Names, URLs and users are strangers' text: whatever shows one, it stays text.

One table: what shows it, and what that is shown on.
"""

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
import structlog

from api.event_stream import frame
from api.export import Format, _csv_lines, _json_lines
from api.pages.texts import name as on_a_page
from douane import log as douane_log
from douane import terminal
from douane.explain import explain, one_line
from icap_server.block_page import BlockPage, BlockPageSettings
from scanners.model import Code, Detection, DetectionLevel, Level, Reason, Unscanned
from verdicts.formats.cef import cef
from verdicts.ledger.access.audit_changes import audit_row
from verdicts.ledger.event_log.events import Event
from verdicts.ledger.event_log.new_events import as_data
from verdicts.model import Action, Direction, Ruling, Transfer, Verdict, VerdictRecord
from verdicts.record import as_row

HOSTILE = {
    "terminal title": "\x1b]0;owned\x07",
    "clear screen": "\x1b[2J\x9b2J",
    "line break": "a\r\nX-Infection-Found: none\n\ndata: x\n\n",
    "other line breaks": "a\u2028b\u2029c\x85d\x0be\x0c",
    "script": "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>",
    "template": "{{ 7*7 }}{% raw %}${7*7}",
    "formula": "=cmd|'/c calc'!A0",
    "formula behind a quote": '"\t=1+1',
    "bidi": "photo\u202egpj.exe\u2066\u2069",
    "NUL": "a\0b",
    "CEF": "a|b=c\\|act=allowed\nCEF:0|x",
    "no Unicode": "\udcff\ud800",
    "long": "ä" * 9000,
}


def record(text: str) -> VerdictRecord:
    found = Detection(Code.SIGNATURE_YARA, "yara", text, DetectionLevel.MALICIOUS, (text,), text)
    gap = Unscanned("zip", Reason.ENCRYPTED, (text,))
    verdict = Verdict(Level.MALICIOUS, (found,), (gap,), None, "r1", "ClamAV")
    transfer = Transfer(
        id="0192f3a4-0000-7000-8000-000000000001",
        service="respmod",
        direction=Direction.DOWNLOAD,
        received_at=datetime(2026, 1, 1, tzinfo=UTC),
        url=text,
        host=text,
        user=text,
        client_ip="192.0.2.7",
        file_name=text,
        declared_type=text,
    )
    ruling = Ruling(Action.BLOCK, "clause", True, Action.BLOCK, verdict)
    return VerdictRecord(transfer, ruling, 1, "ab" * 32, 1.0, False)


def row(text: str) -> dict[str, object]:
    """The row as it comes out of the ledger: what is no Unicode is gone by then."""
    clean: dict[str, object] = json.loads(as_data(as_row(record(text))))
    return clean


def log_line(text: str) -> str:
    said: list[str] = []

    class Sink:
        def write(self, line: str) -> None:
            said.append(line)

        def flush(self) -> None:
            pass

    before = structlog.get_config()
    try:
        douane_log.configure_logging("test")
        processors = structlog.get_config()["processors"]
        logger = structlog.wrap_logger(structlog.WriteLogger(Sink()), processors=processors)  # type: ignore[arg-type]
        logger.warning("scan.finished", file_name=text, **{"user": text})
    finally:
        structlog.configure(**before)
        structlog.contextvars.clear_contextvars()
    return "".join(said)


def block_page(text: str) -> str:
    made = record(text)
    return BlockPage(BlockPageSettings()).make(made.ruling, made.transfer).body.decode()


def event(text: str) -> str:
    data = as_data({"file_name": text})
    one = Event(id=1, time=1, kind="verdict", ruleset="r1", verdict="", data=data)
    return frame(one).decode()


def audit_json(text: str) -> str:
    made = audit_row(1, text, "x", text, after={"name": text})
    return made.after + "\n"


Show = Callable[[str], str]
TERMINAL: dict[str, Show] = {
    "explain": lambda text: explain(row(text)),
    "one line": lambda text: one_line(row(text)),
    "table": lambda text: terminal.line([text, "x"], [30, 10]),
}
HTML: dict[str, Show] = {
    "block page": block_page,
    "dashboard": lambda text: str(on_a_page(text)),
}
JSON_LINES: dict[str, Show] = {
    "log": log_line,
    "export": lambda text: _json_lines([row(text)]).decode(),
    "audit": audit_json,
}


def cases(shows: dict[str, Show]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        "show, text",
        [(show, text) for show in shows.values() for text in HOSTILE.values()],
        ids=[f"{where}: {what}" for where in shows for what in HOSTILE],
    )


@cases(TERMINAL)
def test_terminals_are_not_steered(show: Show, text: str) -> None:
    shown = show(text)
    assert all(char.isprintable() for char in shown.replace("\n", ""))
    assert "\n" not in one_line(row(text))


class Tags(HTMLParser):
    """Notes what a browser would make elements of."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(sorted(name for name, _ in attrs))))


def tags(page: str) -> set[tuple[str, tuple[str, ...]]]:
    parser = Tags()
    parser.feed(page)
    return set(parser.found)


@cases(HTML)
def test_pages_get_no_new_elements(show: Show, text: str) -> None:
    mark = ("span", ("class", "title"))
    assert tags(show(text)) - {mark} <= tags(show("photo.jpg"))
    assert "49" not in show("{{ 7*7 }}").replace("2049", "")


@cases(JSON_LINES)
def test_a_line_is_a_line(show: Show, text: str) -> None:
    shown = show(text)
    assert shown.isascii()
    assert (shown.count("\n"), shown[-1]) == (1, "\n")
    json.loads(shown)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_an_event_is_one_message(text: str) -> None:
    shown = event(text)
    assert shown.endswith("\n\n")
    assert [line.split(":")[0] for line in shown.split("\n")] == ["id", "event", "data", "", ""]
    assert "\r" not in shown
    data = json.loads(shown.split("data: ", 1)[1])
    assert len(data["data"]["file_name"]) == len(text)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_spreadsheet_runs_nothing(text: str) -> None:
    assert Format.CSV.media_type.startswith("text/csv")
    (cells,) = csv.reader(io.StringIO(_csv_lines([row(text)]).decode(), newline=""))
    assert len(cells) == len(row(text))
    assert not any(cell.lstrip(" \"'")[:1] in set("=+@\t\r\n") for cell in cells if cell[:1] != "'")
    assert not any(cell[:1] in set("=+-@\t\r\n") for cell in cells)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_cef_is_one_line_of_seven_bars(text: str) -> None:
    shown = cef(row(text))
    assert "\n" not in shown
    assert "\r" not in shown
    bars = [found.start() for found in re.finditer(r"(?<!\\)(?:\\\\)*\|", shown)]
    assert shown.startswith("CEF:0|Douane|Douane|")
    extension = shown[bars[6] :]
    assert len(re.findall(r"\bact=", extension)) == 1
    assert "act=block" in extension
