"""Hold honest files against all YARA rules, as live traffic would, in a throw-away process.

Usage: python -m scanners.rules.goodware_scan FOLDER < paths, each ended by a zero byte
"""

import json
import os
import stat
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from scanners.budget import Budget
from scanners.model import Content
from scanners.rules.throwaway import limit_this_process
from scanners.yara_rules import YaraScanner, read_sources

MAX_FILE_BYTES = 32 * 1024 * 1024
SCAN_SECONDS = 10
CPU_SECONDS = 300
NICENESS = 10
"""Live traffic goes first: this takes every processor for a minute."""
FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def scan_all(scanner: YaraScanner, paths: Iterable[bytes]) -> dict[str, object]:
    """Return what was read, what it cost, and each hit; one of the rule "" is a gap."""
    read = skipped = total = 0
    spent = 0.0
    hits: list[dict[str, str]] = []
    for path in paths:
        data = _contents(path)
        if data is None:
            skipped += 1
            continue
        start = time.thread_time()  # a limit on processor time makes process_time() coarse
        content = Content(memoryview(data))
        report = scanner.scan(content, Budget(time.monotonic() + SCAN_SECONDS, 0, 0, 0))
        spent += time.thread_time() - start
        read += 1
        total += len(data)
        fired = [detection.name for detection in report.detections]
        shown = path.decode("utf-8", "backslashreplace")
        hits += [
            {"rule": rule, "path": shown} for rule in (*fired, *([""] if report.unscanned else []))
        ]
    return {"files": read, "bytes": total, "skipped": skipped, "seconds": spent, "hits": hits}


def _contents(path: bytes) -> bytes | None:
    """Return a plain file; None if it is none, too large, or not for us to read."""
    try:
        with open(path, "rb", opener=lambda name, _: os.open(name, FLAGS)) as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode) or found.st_size > MAX_FILE_BYTES:
                return None
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError:
        return None
    return data if len(data) <= MAX_FILE_BYTES else None


def main(arguments: list[str]) -> int:
    limit_this_process(CPU_SECONDS)
    os.nice(NICENESS)
    scanner = YaraScanner(read_sources(Path(arguments[0]) / "yara"))
    paths = sys.stdin.buffer.read().split(b"\0")
    sys.stdout.write(json.dumps(scan_all(scanner, filter(None, paths))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
