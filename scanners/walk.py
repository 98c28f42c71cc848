"""The walk: type, every scanner, then the children the same way, all under one budget.

The only place where a scanner's failure becomes an `Unscanned`.
"""

import logging
import time
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from types import TracebackType

from scanners.base import Bench, Scanner
from scanners.budget import Budget
from scanners.company import Company, is_message
from scanners.errors import ScannerError
from scanners.model import (
    UNKNOWN_TYPE,
    Clue,
    Code,
    Content,
    Detection,
    Examination,
    Extracted,
    Family,
    FileType,
    Reason,
    Report,
    TypeNode,
    Unscanned,
    WorkSeconds,
)

log = logging.getLogger(__name__)

NAME = "walk"
TYPE_NAME = "file_type"
YARA_NAME = "yara"
SAME_KIND = 100
"""Detections of one kind that are kept.  More of the same change no verdict and no clause, and an
archive of 5,000 tricks must not make a report of megabytes."""
LOGGED_TEXT = 200
"""Characters of an exception's text that are logged: it may quote the file."""
LOGGED_FRAMES = 20
"""The innermost; too deep a recursion has a thousand."""


def examine(content: Content, bench: Bench, budget: Budget) -> Examination:
    """Return all that the bench finds in a transferred file and in everything inside it."""
    began, walk = time.monotonic(), _Walk(bench, budget)
    root = walk.visit(walk.typed(content, content.clues, content.sha256), depth=0)
    return Examination(
        root.node,
        tuple(walk.detections),
        tuple(walk.unscanned),
        tuple(walk.extracted),
        root.unlocked,
        walk.seconds_since(began),
    )


@dataclass(frozen=True, slots=True)
class _Visited:
    """One content of which everything is known."""

    content: Content
    node: TypeNode
    handed: bool
    """clamd gets it on its own, or in pieces."""
    unlocked: frozenset[str] = frozenset()
    """As in Extracted."""


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
    type_seconds: float = 0.0
    yara_seconds: float = 0.0

    def visit(self, content: Content, depth: int) -> _Visited:
        """Examine one content, its type known, and its children, down to the budget's depth."""
        shown = id(content.view.obj) in self.shown
        if depth == 0 or content.hidden_from_clamav:
            self.shown[id(content.view.obj)] = content.view.obj
        nodes: list[TypeNode] = []
        wrapper, unlocked, gaps = False, frozenset[str](), len(self.unscanned)
        for scanner in self.bench.scanners:
            report = self._scan(scanner, content)
            if content.distorted:
                report = _for_certain(report)
            self._keep(report)
            inside = self._descend(report.children, content, depth)
            whole = len(inside) == len(report.children)
            wrapper |= report.wrapped and whole
            unlocked |= self._unlocked(scanner, report, content, inside) if whole else frozenset()
            found = [visited.node for visited in inside]
            nodes += [replace(node, member=True) for node in found] if report.archive else found
        if len(self.unscanned) > gaps:
            unlocked = frozenset()
        handed = content.hidden_from_clamav
        if handed and not (wrapper and shown):
            self.extracted.append(Extracted(content.view, content.path, wrapper, unlocked))
        name = content.path[-1] if content.path else ""
        return _Visited(content, TypeNode(content.file_type, name, tuple(nodes)), handed, unlocked)

    def typed(self, content: Content, clues: Iterable[Clue], sha256: str = "") -> Content:
        """Return the content with its type: its container's word (a sealed member), or ours.

        The hash is that of the transferred file; scanners make children by changing their parent.
        """
        return replace(content, file_type=self._file_type(content), clues=clues, sha256=sha256)

    def _descend(
        self, children: tuple[Content, ...], container: Content, depth: int
    ) -> list[_Visited]:
        """Visit messages first: what is written in them may open what lies beside them."""
        if not children:
            return []
        visited: dict[int, _Visited] = {}
        try:
            self.budget.require_depth(depth)
            company = Company(container)
            company.members = [self.typed(child, company) for child in children]
            if is_message(container) and isinstance(container.clues, Company):
                container.clues.messages.append(company)
            numbered = enumerate(company.members)
            for number, child in sorted(numbered, key=lambda item: not is_message(item[1])):
                self.budget.seconds_left()
                visited[number] = self.visit(child, depth + 1)
        except ScannerError as error:
            self._gap(NAME, error.reason, container.path)
        return [visited[number] for number in sorted(visited)]

    def _unlocked(
        self, scanner: Scanner, report: Report, content: Content, inside: Sequence[_Visited]
    ) -> frozenset[str]:
        """Return which scanners' passwords explain what clamd could not open in this content.

        Only where all that is in it is handed to clamd by itself, or is handed now: then whatever
        else clamd cannot open is told of the piece that it is in.
        """
        unlocked = frozenset[str]().union(*(visited.unlocked for visited in inside))
        if report.unlocked:
            unlocked |= {scanner.name}
        if not unlocked or content.distorted or not _holds_nothing_else(report, content):
            return frozenset()
        for visited in inside:
            held = visited.content
            if held.view.nbytes and not visited.handed:
                self.extracted.append(Extracted(held.view, held.path, False, visited.unlocked))
        return unlocked

    def seconds_since(self, began: float) -> WorkSeconds:
        known = self.type_seconds + self.yara_seconds
        others = max(time.monotonic() - began - known, 0.0)
        return WorkSeconds(self.type_seconds, self.yara_seconds, others)

    def _file_type(self, content: Content) -> FileType:
        if content.file_type is not UNKNOWN_TYPE:
            return content.file_type
        began = time.monotonic()
        try:
            self.budget.seconds_left()
            return self.bench.identify(content.view)
        except ScannerError as error:
            self._gap(TYPE_NAME, error.reason, content.path)
        except Exception as error:
            self._gap(TYPE_NAME, _log_crash(TYPE_NAME, error), content.path)
        finally:
            self.type_seconds += time.monotonic() - began
        return UNKNOWN_TYPE

    def _scan(self, scanner: Scanner, content: Content) -> Report:
        began = time.monotonic()
        try:
            return scanner.scan(content, self.budget)
        except ScannerError as error:
            return Report(unscanned=(Unscanned(scanner.name, error.reason, content.path),))
        except Exception as error:  # MemoryError too: a member that is too much is no clean one
            self._gap(scanner.name, _log_crash(scanner.name, error), content.path)
        finally:
            if scanner.name == YARA_NAME:
                self.yara_seconds += time.monotonic() - began
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


def _holds_nothing_else(report: Report, content: Content) -> bool:
    """Say whether all of a content is what this report tells of, and marks that divide it.

    A document that was opened is there as a whole, in clear.  An archive must not lie in something
    else, and what holds the opened one be a ZIP, whose reader says which bytes belong to nothing.
    """
    if not report.archive:
        return report.wrapped or report.unlocked or bool(content.codings)
    kind = content.file_type
    return kind.family is Family.ARCHIVE and (report.unlocked or kind.name == "zip")


def _for_certain(report: Report) -> Report:
    """Leave out what distorted bytes say of their own structure."""
    return replace(
        report,
        detections=tuple(d for d in report.detections if d.code is not Code.ARCHIVE_AMBIGUOUS),
        unscanned=tuple(gap for gap in report.unscanned if gap.reason is not Reason.MALFORMED),
        children=tuple(replace(child, distorted=True) for child in report.children),
    )


def _log_crash(scanner: str, error: Exception) -> Reason:
    """Log where it happened, without source lines: a sandboxed worker may open no file.

    Not its repr(): that of a UnicodeDecodeError holds the whole buffer.  Return what it means.
    """
    try:
        said = str(error)[:LOGGED_TEXT]
    except Exception:  # a library's exception, whose text needs what is broken
        said = "(says nothing)"
    frames = " < ".join(_frames(error.__traceback__)[:LOGGED_FRAMES])
    log.error("%s crashed: %s: %s %s", scanner, type(error).__name__, said, frames)
    return Reason.TOO_LARGE if isinstance(error, MemoryError) else Reason.CRASHED


def _frames(traceback: TracebackType | None) -> list[str]:
    frames: list[str] = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        frames.insert(0, f"{code.co_filename}:{traceback.tb_lineno} {code.co_name}")
        traceback = traceback.tb_next
    return frames
