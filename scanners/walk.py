"""The walk: type, every scanner, then the children the same way, all under one budget.

The only place where a scanner's failure becomes an `Unscanned`.
"""

import logging
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from types import TracebackType

from scanners.base import Bench, Scanner
from scanners.budget import Budget
from scanners.errors import ScannerError
from scanners.model import (
    UNKNOWN_TYPE,
    Code,
    Content,
    Detection,
    Examination,
    Extracted,
    FileType,
    Reason,
    Report,
    TypeNode,
    Unscanned,
)

log = logging.getLogger(__name__)

NAME = "walk"
TYPE_NAME = "file_type"
SAME_KIND = 100
"""Detections of one kind that are kept.  More of the same change no verdict and no clause, and an
archive of 5,000 tricks must not make a report of megabytes."""
LOGGED_TEXT = 200
"""Characters of an exception's text that are logged: it may quote the file."""


def examine(content: Content, bench: Bench, budget: Budget) -> Examination:
    """Return all that the bench finds in a transferred file and in everything inside it."""
    walk = _Walk(bench, budget)
    node = walk.visit(content, depth=0)
    return Examination(node, tuple(walk.detections), tuple(walk.unscanned), tuple(walk.extracted))


@dataclass(slots=True)
class _Walk:
    """One walk over one transferred file: what it may cost and what it found so far."""

    bench: Bench
    budget: Budget
    detections: list[Detection] = field(default_factory=list)
    unscanned: list[Unscanned] = field(default_factory=list)
    extracted: list[Extracted] = field(default_factory=list)
    seen: Counter[Hashable] = field(default_factory=Counter)
    shown: dict[int, object] = field(default_factory=dict)
    """Buffers that clamd gets whole, or may get, by identity."""

    def visit(self, content: Content, depth: int) -> TypeNode:
        """Examine one content and its children; recursion ends at the budget's depth."""
        content = replace(content, file_type=self._file_type(content))
        shown = id(content.view.obj) in self.shown
        if depth == 0 or content.hidden_from_clamav:
            self.shown[id(content.view.obj)] = content.view.obj
        nodes: list[TypeNode] = []
        wrapper = False
        for scanner in self.bench.scanners:
            report = self._scan(scanner, content)
            if content.distorted:
                report = _for_certain(report)
            self._keep(report)
            inside = self._descend(report.children, content.path, depth)
            wrapper |= report.wrapped and len(inside) == len(report.children)
            nodes += [replace(node, member=True) for node in inside] if report.archive else inside
        if content.hidden_from_clamav and not (wrapper and shown):
            self.extracted.append(Extracted(content.view, content.path, wrapper))
        name = content.path[-1] if content.path else ""
        return TypeNode(content.file_type, name, tuple(nodes))

    def _descend(
        self, children: tuple[Content, ...], path: tuple[str, ...], depth: int
    ) -> list[TypeNode]:
        nodes: list[TypeNode] = []
        try:
            if children:
                self.budget.require_depth(depth)
            for child in children:
                self.budget.seconds_left()
                nodes.append(self.visit(child, depth + 1))
        except ScannerError as error:
            self._gap(NAME, error.reason, path)
        return nodes

    def _file_type(self, content: Content) -> FileType:
        """Return the type its container already knows (a sealed member), else ask the bytes."""
        if content.file_type is not UNKNOWN_TYPE:
            return content.file_type
        try:
            self.budget.seconds_left()
            return self.bench.identify(content.view)
        except ScannerError as error:
            self._gap(TYPE_NAME, error.reason, content.path)
        except Exception as error:
            _log_crash(TYPE_NAME, error)
            self._gap(TYPE_NAME, Reason.CRASHED, content.path)
        return UNKNOWN_TYPE

    def _scan(self, scanner: Scanner, content: Content) -> Report:
        try:
            return scanner.scan(content, self.budget)
        except ScannerError as error:
            return Report(unscanned=(Unscanned(scanner.name, error.reason, content.path),))
        except Exception as error:  # MemoryError too: a member that is too much is no clean one
            _log_crash(scanner.name, error)
            self._gap(scanner.name, Reason.CRASHED, content.path)
        return Report()

    def _gap(self, scanner: str, reason: Reason, path: tuple[str, ...]) -> None:
        self._keep(Report(unscanned=(Unscanned(scanner, reason, path),)))

    def _keep(self, report: Report) -> None:
        self.detections += (
            d for d in report.detections if self._wanted((d.code, d.scanner, d.name, d.level))
        )
        self.unscanned += (u for u in report.unscanned if self._wanted((u.scanner, u.reason)))

    def _wanted(self, kind: Hashable) -> bool:
        self.seen[kind] += 1
        return self.seen[kind] <= SAME_KIND


def _for_certain(report: Report) -> Report:
    """Leave out what distorted bytes say of their own structure."""
    return replace(
        report,
        detections=tuple(d for d in report.detections if d.code is not Code.ARCHIVE_AMBIGUOUS),
        unscanned=tuple(gap for gap in report.unscanned if gap.reason is not Reason.MALFORMED),
        children=tuple(replace(child, distorted=True) for child in report.children),
    )


def _log_crash(scanner: str, error: Exception) -> None:
    """Log where it happened, without source lines: a sandboxed worker may open no file.

    Not its repr(): that of a UnicodeDecodeError holds the whole buffer.
    """
    said = str(error)[:LOGGED_TEXT]
    frames = " < ".join(_frames(error.__traceback__))
    log.error("%s crashed: %s: %s %s", scanner, type(error).__name__, said, frames)


def _frames(traceback: TracebackType | None) -> list[str]:
    frames: list[str] = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        frames.insert(0, f"{code.co_filename}:{traceback.tb_lineno} {code.co_name}")
        traceback = traceback.tb_next
    return frames
