"""Files handed to a front that only wants to know: no record, and judged as they once travelled."""

import asyncio
import hashlib
import json
import tempfile
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from verdicts import scan_socket
from verdicts.inspect import Inspection
from verdicts.model import Direction
from verdicts.scan_socket import ScanRequest, ScanSocket, scan_transfer, submit
from verdicts.spool import SpoolSpace


@pytest.fixture
async def run_directory(inspection: Inspection, space: SpoolSpace) -> AsyncIterator[Path]:
    """A short path, as for every Unix socket."""
    with tempfile.TemporaryDirectory(prefix="ds", dir="/tmp") as folder:
        front = ScanSocket(Path(folder) / "front-0.sock", inspection, space, 1000)
        await front.start()
        yield Path(folder)
        await front.stop()


async def test_a_question_leaves_no_record(run_directory: Path, desk: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"hello")
    for recorded in (False, True):
        request = ScanRequest("a", "", recorded=recorded)
        with (tmp_path / "file").open("rb") as file:
            row = await asyncio.to_thread(submit, run_directory, file.fileno(), request, 10)
        assert (row["action"], row["sha256"]) == ("allow", hashlib.sha256(b"hello").hexdigest())
        assert len(desk.book.records) == recorded


def test_a_file_that_was_transferred_before_is_judged_as_it_was() -> None:
    asked = ScanRequest(
        "f",
        "multipart/form-data",
        host="a.example",
        channel="discord",
        direction="download",
        parameters=(("boundary", "\udc80"),),
        codings=("gzip", "br"),
        recorded=False,
    )
    request = scan_socket._read_request(json.dumps(asdict(asked)).encode())
    assert request == asked
    transfer = scan_transfer(request)
    assert (transfer.host, transfer.channel) == ("a.example", "discord")
    assert transfer.direction is Direction.DOWNLOAD
    assert transfer.parameters == (("boundary", "\udc80"),)
    assert transfer.codings == ("gzip", "br")
