"""Hash lists at work: whole files, members, decoded bodies; and nothing hashed without need."""

import gzip
import hashlib
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from samples import builders
from scanners.budget import Budget
from scanners.errors import DeadlinePassed
from scanners.hash_lists import BLOCKED, HashList, Listed
from scanners.hashes import HashScanner, allowed_report
from scanners.model import Code, Content, Detection, DetectionLevel, Report
from scanners.registry import build_bench
from scanners.walk import examine

MakeBudget = Callable[..., Budget]
BAD = b"a file that somebody blocked"
DAY = date(2027, 1, 31)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def listed(*files: bytes, expires: date | None = None) -> HashList:
    return HashList(
        {bytes.fromhex(sha256(data)): Listed(expires, "alice", "why") for data in files}
    )


def content(data: bytes, **fields: object) -> Content:
    return Content(memoryview(data), **fields)  # type: ignore[arg-type]


def test_a_blocked_file_is_told_with_reason_and_author(new_budget: MakeBudget) -> None:
    found = HashScanner(listed(BAD)).scan(content(BAD, path=("a.zip", "b")), new_budget())
    assert found.detections == (
        Detection(
            Code.HASH_BLOCKED,
            "hashes",
            f"Blocked.{sha256(BAD)[:16]}",
            DetectionLevel.MALICIOUS,
            ("a.zip", "b"),
            "why (alice)",
        ),
    )
    assert HashScanner(listed(BAD)).scan(content(BAD + b"!"), new_budget()) == Report()


def test_a_known_hash_is_not_made_again(new_budget: MakeBudget) -> None:
    """The front hashed the transfer as it came: its word counts, and no time is needed."""
    known = content(b"other bytes", sha256=sha256(BAD))
    assert HashScanner(listed(BAD)).scan(known, new_budget(seconds=0)).detections


def test_without_time_a_listed_hash_is_a_gap_and_no_list_needs_none(
    new_budget: MakeBudget,
) -> None:
    with pytest.raises(DeadlinePassed):
        HashScanner(listed(BAD)).scan(content(BAD), new_budget(seconds=0))
    assert HashScanner(HashList()).scan(content(BAD), new_budget(seconds=0)) == Report()


def test_an_entry_expires_under_a_scanner_that_lives_on(new_budget: MakeBudget) -> None:
    days = iter([date(2027, 1, 30), DAY])
    scanner = HashScanner(listed(BAD, expires=DAY), lambda: next(days))
    assert scanner.scan(content(BAD), new_budget()).detections
    assert not scanner.scan(content(BAD), new_budget()).detections


@pytest.mark.parametrize(
    "data, fields, path",
    [
        (BAD, {}, ()),
        (builders.zip_of({"in.bin": BAD}), {"name": "a.zip"}, ("in.bin",)),
        (gzip.compress(BAD), {"codings": ("gzip",)}, ()),
    ],
    ids=["whole", "member", "content coding"],
)
def test_wherever_it_lies(
    *,
    rules: Path,
    tmp_path: Path,
    new_budget: MakeBudget,
    data: bytes,
    fields: dict[str, object],
    path: tuple[str, ...],
) -> None:
    shutil.copytree(rules, tmp_path / "rules")
    (tmp_path / "rules" / BLOCKED).write_text(f"{sha256(BAD)} never alice why\n")
    bench = build_bench(tmp_path / "rules")
    found = examine(content(data, sha256=sha256(data), **fields), bench, new_budget())
    assert [one.path for one in found.detections if one.code is Code.HASH_BLOCKED] == [path]


def test_only_a_whole_file_is_allowed() -> None:
    allowed = listed(BAD, expires=DAY)
    report = allowed_report(allowed, sha256(BAD), date(2027, 1, 30))
    assert report.detections == (
        Detection(
            Code.HASH_ALLOWED,
            "hashes",
            f"Allowed.{sha256(BAD)[:16]}",
            DetectionLevel.INFO,
            (),
            "why (alice)",
        ),
    )
    assert allowed_report(allowed, sha256(BAD), DAY) == Report()
    assert allowed_report(allowed, "", date(2027, 1, 30)) == Report()
    assert allowed_report(allowed, sha256(b"other"), date(2027, 1, 30)) == Report()
    assert allowed_report(listed(BAD), sha256(BAD)).detections
