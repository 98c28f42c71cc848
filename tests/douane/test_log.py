"""The log: one JSON object a line on standard error, whatever is in the values."""

import json
import os
import subprocess
import sys

import pytest

SPEAK = """
import structlog
from douane.log import configure_logging
log = structlog.get_logger()
configure_logging("front-1")
log.debug("quiet")
log.info("scan.done", name="a\\nb\\x1b[2J\\u202e\\udc80", size_bytes=3)
try:
    1 / 0
except ZeroDivisionError:
    log.exception("broken")
import logging
logging.getLogger("uvicorn").info("not ours")
"""


@pytest.mark.parametrize("level, events", [("", 2), ("debug", 3)])
def test_one_object_a_line(level: str, events: int) -> None:
    environment = {**os.environ, "DOUANE_LOG": level}
    done = subprocess.run(
        [sys.executable, "-c", SPEAK], env=environment, capture_output=True, check=True
    )
    assert done.stdout == b""
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["event"] for line in lines] == ["quiet", "scan.done", "broken"][-events:]
    said = lines[-2]
    assert (said["name"], said["size_bytes"]) == ("a\nb\x1b[2J\u202e\udc80", 3)
    assert (said["process"], said["level"]) == ("front-1", "info")
    assert said["timestamp"].endswith("Z")
    assert "ZeroDivisionError" in lines[-1]["exception"]
    assert not {0x1B, 0x80} & set(done.stderr)


@pytest.mark.parametrize("level, events", [("", ["broken"]), ("info", ["scan.done", "broken"])])
def test_people_at_a_terminal_see_what_is_out_of_order(level: str, events: list[str]) -> None:
    ours, theirs = os.openpty()
    environment = {**os.environ, "DOUANE_LOG": level}
    subprocess.run([sys.executable, "-c", SPEAK], env=environment, stderr=theirs, check=True)
    os.close(theirs)
    lines = os.read(ours, 65536).splitlines()
    os.close(ours)
    assert [json.loads(line)["event"] for line in lines] == events


def test_a_log_that_cannot_be_written_stops_nothing() -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run([sys.executable, "-c", SPEAK], stderr=full, check=False)
    assert done.returncode == 0
