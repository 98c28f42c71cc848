"""Syslog: the form of RFC 5424, and what a real rsyslogd makes of it."""

import json
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.servers.rsyslog import Rsyslog
from tests.verdicts.delivery.conftest import make_letter
from verdicts.delivery.sender import Letter, LetterRefused, ReceiverAway
from verdicts.delivery.settings import SyslogSettings
from verdicts.delivery.syslog import Syslog, message
from verdicts.formats.cef import cef

MakeLetter = Callable[..., Letter]
MakeRow = Callable[..., dict[str, object]]
FORM = re.compile(
    rb"<(?P<pri>\d{1,3})>1 (?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) (?P<host>[!-~]{1,255}) "
    rb"(?P<app>[!-~]{1,48}) (?P<proc>[!-~]{1,128}) (?P<id>[!-~]{1,32}) "
    rb'(?P<data>\[[!-~]{1,32}(?: [!-~]{1,32}="(?:[^"\\\]]|\\["\\\]])*")+\]) (?P<text>.+)',
    re.DOTALL,
)


def chosen(**settings: Any) -> SyslogSettings:
    return SyslogSettings(**{"name": "siem", "address": "127.0.0.1:514", **settings})


@pytest.mark.parametrize("format", ["cef", "json"])
def test_form(letter: MakeLetter, row: MakeRow, format: str) -> None:
    data = message(letter(7, verdict=row()), chosen(format=format, facility="authpriv"))
    found = FORM.fullmatch(data)
    assert found, data
    assert (found["pri"], found["app"], found["id"]) == (b"83", b"douane", b"verdict")
    assert b'id="7"' in found["data"]
    assert b'action="block"' in found["data"]
    text = found["text"].decode()
    assert text.isprintable()
    assert text == cef(row()) if format == "cef" else json.loads(text)["data"] == row()


@pytest.mark.parametrize(
    "kind, data, severity",
    [
        ("verdict", {"level": "malicious"}, 3),
        ("verdict", {"level": "suspicious"}, 4),
        ("verdict", {"level": "unknown"}, 5),
        ("verdict", {"level": "clean"}, 6),
        ("alarm", {"ok": False, "level": None}, 2),
        ("alarm", {"ok": True, "level": None}, 5),
        ("ruleset", {"level": None}, 5),
    ],
)
def test_severity(letter: MakeLetter, kind: str, data: dict[str, Any], severity: int) -> None:
    assert message(letter(kind=kind, **data), chosen()).startswith(b"<%d>1 " % (128 + severity))


def test_structured_data_cannot_be_broken_out_of(letter: MakeLetter) -> None:
    made = message(letter(kind="alarm", action='"] x="\\\n\x00é', level="l"), chosen())
    found = FORM.fullmatch(made)
    assert found
    assert rb'action="\"\] x=\"\\???"' in found["data"]


@pytest.mark.parametrize("most", [1400, 2048, 8192])
@pytest.mark.parametrize("format", ["cef", "json"])
def test_as_long_as_allowed(letter: MakeLetter, row: MakeRow, most: int, format: str) -> None:
    hostile = "\U0001f9a0=\n\\" * 1000
    long = letter(verdict=row(url=hostile, file_name=hostile, user=hostile, clause=hostile))
    made = message(long, chosen(max_bytes=most, format=format))
    assert len(made) <= most
    assert FORM.fullmatch(made)


async def test_what_cannot_be_cut_is_refused(letter: MakeLetter) -> None:
    many = {f"k{number}": "x" for number in range(2000)}
    with pytest.raises(LetterRefused, match="allowed"):
        await Syslog(chosen(format="json")).send([letter(kind="alarm", **many)])


@pytest.fixture
def rsyslog() -> Iterator[Rsyslog]:
    with tempfile.TemporaryDirectory(prefix="rs-") as folder, Rsyslog(Path(folder)) as running:
        yield running


@pytest.mark.server
@pytest.mark.parametrize("format", ["cef", "json"])
@pytest.mark.parametrize("transport", ["tcp", "udp"])
async def test_rsyslog_understands(
    rsyslog: Rsyslog, row: MakeRow, until: Any, transport: str, format: str
) -> None:
    port = rsyslog.tcp_port if transport == "tcp" else rsyslog.udp_port
    settings = chosen(address=f"127.0.0.1:{port}", transport=transport, format=format)
    siem = Syslog(settings)
    names = [f"{number}\n<1>b.exe" for number in range(1, 21)]
    await siem.send(
        [make_letter(n, verdict=row(file_name=name)) for n, name in enumerate(names, 1)]
    )
    await until(lambda: len(rsyslog.messages) == 20)
    await siem.close()
    for number, (one, name) in enumerate(zip(rsyslog.messages, names), 1):
        assert (one["app-name"], one["msgid"], one["pri"]) == ("douane", "verdict", "131")
        assert f'id="{number}"' in one["structured-data"]
        text = one["msg"].removeprefix(" ")
        if format == "cef":
            assert text == cef(row(file_name=name))
        else:
            assert json.loads(text)["data"]["file_name"] == name


@pytest.mark.server
async def test_rsyslog_that_is_started_again(
    rsyslog: Rsyslog, letter: MakeLetter, until: Any
) -> None:
    siem = Syslog(chosen(address=f"127.0.0.1:{rsyslog.tcp_port}", format="json"))
    await siem.send([letter(1)])
    await until(lambda: len(rsyslog.messages) == 1)
    rsyslog.stop()
    with pytest.raises(ReceiverAway):
        await siem.send([letter(2)])
    rsyslog.start()
    await siem.send([letter(2)])
    await until(lambda: len(rsyslog.messages) == 2)
    await siem.close()
    assert ['id="2"' in one["structured-data"] for one in rsyslog.messages] == [False, True]
