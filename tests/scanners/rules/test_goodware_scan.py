"""Reading honest files: plain ones only, bounded; hits and gaps are told with their path."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scanners.rules import goodware_scan
from scanners.rules.goodware_scan import scan_all
from scanners.rules.throwaway import PROJECT
from scanners.yara_rules import YaraScanner

RULE = 'rule One { meta: level = "malicious" strings: $a = "needle" condition: $a }'


def scan(*paths: Path) -> dict[str, object]:
    found = scan_all(YaraScanner({"one": RULE}), map(os.fsencode, paths))
    assert isinstance(found.pop("seconds"), float)
    return found


def test_hits_have_rule_and_path(tmp_path: Path) -> None:
    hit, miss = tmp_path / "hit", tmp_path / "miss"
    hit.write_bytes(b"a needle")
    miss.write_bytes(b"a nail")
    hits = [{"rule": "One", "path": str(hit)}]
    assert scan(hit, miss) == {"files": 2, "bytes": 14, "skipped": 0, "hits": hits}


def test_what_is_no_plain_file_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(goodware_scan, "MAX_FILE_BYTES", 8)
    large, link, pipe = tmp_path / "large", tmp_path / "link", tmp_path / "pipe"
    large.write_bytes(bytes(9))
    link.symlink_to(large)
    os.mkfifo(pipe)
    nothing = {"files": 0, "bytes": 0, "skipped": 5, "hits": []}
    assert scan(large, link, pipe, tmp_path, tmp_path / "gone") == nothing


def test_a_gap_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(goodware_scan, "SCAN_SECONDS", -1)
    (tmp_path / "late").write_bytes(b"a needle")
    assert scan(tmp_path / "late")["hits"] == [{"rule": "", "path": str(tmp_path / "late")}]


def test_as_a_program_names_are_shown_as_text(tmp_path: Path) -> None:
    (tmp_path / "yara").mkdir()
    (tmp_path / "yara" / "one.yar").write_text(RULE)
    odd = os.fsencode(tmp_path) + b"/odd\xff"
    with open(odd, "wb") as file:
        file.write(b"needle")
    command = [sys.executable, "-m", "scanners.rules.goodware_scan", str(tmp_path)]
    done = subprocess.run(
        command, cwd=PROJECT, input=odd + b"\0", capture_output=True, check=True, timeout=60
    )
    assert json.loads(done.stdout)["hits"] == [{"rule": "One", "path": f"{tmp_path}/odd\\xff"}]
