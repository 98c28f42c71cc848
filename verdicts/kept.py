"""Kept samples: files that were allowed and could carry a program, for later rules to scan again.

A folder a sample, named by its SHA-256, with its bytes and what a scan has to know of them; no word
of who sent it.  All fronts share the store: a sample appears by one rename, and sizes are counted
anew.  Quarantined files would be scanned again in the same way.
"""

import json
import os
import re
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import structlog

from scanners.model import Family, TypeNode
from verdicts.model import Action, Transfer, VerdictRecord
from verdicts.pieces import copy_file
from verdicts.spool import Spool

log = structlog.get_logger()

BODY, HEAD = "body", "head.json"
CARRIERS = frozenset({Family.PROGRAM, Family.ARCHIVE, Family.DOCUMENT, Family.DATA})
"""Families of what could carry a program; the unknown is DATA."""
WAITING_BYTES = 32 * 1024 * 1024
"""Of files that wait to be copied; a further one is not kept."""
WAITING_FILES = 64
MAX_HEAD = 64 * 1024
COUNT_AGAIN = 64
"""Samples that are added between two counts; or a part of the store's size, if that comes first."""
PART = 32
MAX_SAMPLES = 100_000
DAY_SECONDS = 86_400
DAMAGED = (OSError, ValueError, TypeError, LookupError, RecursionError)
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Sample:
    """One kept file.  What is said of it is as untrusted as it was."""

    sha256: str
    body: Path
    parameters: tuple[tuple[str, str], ...]
    codings: tuple[str, ...]


class KeptSamples:
    """The store of one state directory; a bystander of inspections."""

    def __init__(self, folder: Path, total_bytes: int, file_bytes: int, days: int) -> None:
        """Keep files of at most `file_bytes`, together about `total_bytes`; 0: nothing.

        What nobody transferred for `days` goes first.
        """
        self._folder = folder
        self._total = total_bytes
        self._largest = file_bytes
        self._seconds = days * DAY_SECONDS
        self._waiting = 0
        self._lock = threading.Lock()
        self._thread = ThreadPoolExecutor(1, "kept-samples")
        self._added, self._added_bytes = COUNT_AGAIN, 0  # the first one counts

    def see(self, transfer: Transfer, spool: Spool, record: VerdictRecord) -> None:
        """Keep the file, in a thread, if it was allowed; never wait, never raise."""
        if not self._wanted(transfer, record):
            return
        weight = max(record.size, WAITING_BYTES // WAITING_FILES)
        with self._lock:
            if self._waiting and self._waiting + weight > WAITING_BYTES:
                return
            self._waiting += weight
        try:
            descriptor = os.dup(spool.descriptor())
            self._thread.submit(self._keep, descriptor, weight, transfer, record)
        except OSError as error:
            self._done(weight)
            log.warning("sample.not_kept", transfer_id=transfer.id, reason=str(error))

    def close(self) -> None:
        """Wait for what is being copied."""
        self._thread.shutdown()

    def samples(self) -> Iterator[Sample]:
        """Yield what is kept, the newest first; what is damaged or too old is not."""
        oldest = time.time() - self._seconds
        for changed, _, folder in sorted(self._found(), reverse=True):
            if changed >= oldest and _DIGEST.fullmatch(folder.name):
                with suppress(*DAMAGED):
                    yield _read(folder)

    def _wanted(self, transfer: Transfer, record: VerdictRecord) -> bool:
        ruling = record.ruling
        return (
            0 < record.size <= min(self._largest, self._total)
            and ruling.action is Action.ALLOW
            and ruling.wanted is Action.ALLOW
            and not transfer.partial
            and may_carry(ruling.verdict.types)
        )

    def _keep(
        self, descriptor: int, weight: int, transfer: Transfer, record: VerdictRecord
    ) -> None:
        try:
            folder = self._folder / record.sha256
            with suppress(FileNotFoundError):
                os.utime(folder)  # it is in use: the last one to be dropped
                return
            self._make_room(record.size)
            self._store(folder, descriptor, transfer)
        except OSError as error:
            log.warning("sample.not_kept", transfer_id=transfer.id, reason=str(error))
        finally:
            os.close(descriptor)
            self._done(weight)

    def _store(self, folder: Path, descriptor: int, transfer: Transfer) -> None:
        head = json.dumps({"parameters": transfer.parameters, "codings": transfer.codings})
        self._folder.mkdir(mode=0o700, exist_ok=True)
        new = Path(tempfile.mkdtemp(prefix="new-", dir=self._folder))
        try:
            (new / HEAD).write_text(head)
            with (new / BODY).open("xb", buffering=0) as body:
                copy_file(descriptor, body.fileno(), 0)
            new.rename(folder)
        except OSError:
            shutil.rmtree(new, ignore_errors=True)
            if not folder.is_dir():  # else another front was quicker
                raise

    def _make_room(self, size: int) -> None:
        """Count anew if much was added since; drop the old, then the oldest until it fits."""
        self._added += 1
        self._added_bytes += size
        if self._added < COUNT_AGAIN and self._added_bytes <= self._total // PART:
            return
        self._added, self._added_bytes = 0, 0
        found = sorted(self._found())
        used, left = sum(length for _, length, _ in found), len(found)
        oldest = time.time() - self._seconds
        for changed, length, folder in found:
            if changed >= oldest and used + size <= self._total and left < MAX_SAMPLES:
                break
            shutil.rmtree(folder, ignore_errors=True)
            used, left = used - length, left - 1

    def _found(self) -> Iterator[tuple[float, int, Path]]:
        """Yield when each sample was last seen, its bytes and its folder."""
        with suppress(FileNotFoundError):
            for entry in self._folder.iterdir():
                with suppress(OSError):
                    changed = entry.stat().st_mtime
                    body = entry / BODY
                    yield changed, body.stat().st_size if body.exists() else 0, entry

    def _done(self, weight: int) -> None:
        with self._lock:
            self._waiting -= weight


def may_carry(types: TypeNode | None) -> bool:
    """Say whether a file, or anything found in it, could run something; None: nobody knows."""
    waiting = [types]
    while waiting:
        node = waiting.pop()
        if node is None or node.file_type.family in CARRIERS:
            return True
        waiting += node.children
    return False


def _read(folder: Path) -> Sample:
    """Raise one of DAMAGED if it is no whole sample."""
    with (folder / HEAD).open("rb") as file:
        head = json.loads(file.read(MAX_HEAD))
    parameters = tuple((str(name), str(value)) for name, value in head["parameters"])
    codings = tuple(str(coding) for coding in head["codings"])
    return Sample(folder.name, folder / BODY, parameters, codings)
