"""What the walk says was unlocked: only where clamd can see nothing that we did not open."""

import time
from dataclasses import dataclass

from scanners.base import Bench
from scanners.budget import Budget
from scanners.model import Content, Examination, Family, FileType, Reason, Report, Unscanned
from scanners.walk import examine

KINDS = {
    b"zip": FileType("zip", "application/zip", Family.ARCHIVE),
    b"tar": FileType("tar", "application/x-tar", Family.ARCHIVE),
    b"7z": FileType("7z", "application/x-7z-compressed", Family.ARCHIVE),
    b"exe": FileType("pe", "application/x-dosexec", Family.PROGRAM),
    b"pdf": FileType("pdf", "application/pdf", Family.DOCUMENT),
}
OTHER = FileType("text", "text/plain", Family.TEXT)


def _identify(view: memoryview) -> FileType:
    return KINDS.get(bytes(view).partition(b":")[0], OTHER)


@dataclass(frozen=True, slots=True)
class Opens:
    """Answers by the content's bytes."""

    name: str
    answers: dict[bytes, Report]

    def scan(self, content: Content, budget: Budget) -> Report:
        return self.answers.get(bytes(content.view), Report())


def _content(data: bytes, *, hidden: bool = False) -> Content:
    return Content(memoryview(data), path=(data.decode(),), hidden_from_clamav=hidden)


def _walk(start: bytes, **answers: dict[bytes, Report]) -> Examination:
    scanners = tuple(Opens(name, given) for name, given in answers.items())
    budget = Budget(time.monotonic() + 20, 10**6, 100, 8)
    return examine(Content(memoryview(start)), Bench(_identify, scanners), budget)


def _handed(found: Examination) -> dict[bytes, frozenset[str]]:
    return {bytes(child.view): child.unlocked for child in found.extracted}


def _opened(*members: bytes) -> Report:
    children = tuple(_content(member, hidden=True) for member in members)
    return Report(children=children, archive=True, unlocked=True)


def _plain(*members: bytes, archive: bool = True, wrapped: bool = False) -> Report:
    children = tuple(_content(member, hidden=wrapped) for member in members)
    return Report(children=children, archive=archive, wrapped=wrapped)


ZIP = frozenset({"zip"})
NONE = frozenset[str]()


def test_an_archive_that_was_opened_as_a_whole() -> None:
    found = _walk(b"zip:1", zip={b"zip:1": _opened(b"a", b"b")})
    assert found.unlocked == ZIP
    assert _handed(found) == {b"a": NONE, b"b": NONE}


def test_its_plain_members_are_handed_out_too() -> None:
    """clamd names one thing that it cannot open: it may lie in one of them."""
    mixed = Report(
        children=(_content(b"a", hidden=True), _content(b"b")), archive=True, unlocked=True
    )
    found = _walk(b"zip:1", zip={b"zip:1": mixed})
    assert found.unlocked == ZIP
    assert _handed(found) == {b"a": NONE, b"b": NONE}


def test_an_archive_in_a_zip_and_in_a_form() -> None:
    inner = {b"zip:2": _opened(b"a")}
    found = _walk(b"zip:1", zip={b"zip:1": _plain(b"zip:2", b"note"), **inner})
    assert found.unlocked == ZIP
    assert _handed(found) == {b"zip:2": ZIP, b"note": NONE, b"a": NONE}
    form = _plain(b"zip:2", b"field", archive=False, wrapped=True)
    found = _walk(b"form", form={b"form": form}, zip=inner)
    assert found.unlocked == ZIP
    assert _handed(found) == {b"zip:2": ZIP, b"field": NONE, b"a": NONE}


def test_other_formats_keep_their_names() -> None:
    found = _walk(b"zip:1", zip={b"zip:1": _plain(b"7z:2")}, archive={b"7z:2": _opened(b"a")})
    assert found.unlocked == {"archive"}


def test_a_document_in_clear() -> None:
    clear = Report(children=(_content(b"clear", hidden=True),), unlocked=True)
    found = _walk(b"pdf:1", pdf={b"pdf:1": clear})
    assert found.unlocked == {"pdf"}


def test_nothing_is_unlocked_where_clamd_may_see_more_than_we_do() -> None:
    inner = {b"zip:2": _opened(b"a")}
    gap = Unscanned("zip", Reason.ENCRYPTED, ("zip:1",))
    beside = Report(unscanned=(gap,))
    cases = [
        # behind a self-extractor
        _walk(b"exe:1", zip={b"exe:1": _opened(b"a")}),
        # in an archive whose reader does not say what belongs to nothing
        _walk(b"tar:1", tar={b"tar:1": _plain(b"zip:2")}, zip=inner),
        # between other bytes
        _walk(b"text", other={b"text": _plain(b"zip:2", archive=False)}, zip=inner),
        # another scanner met something that it cannot open
        _walk(b"zip:1", zip={b"zip:1": _opened(b"a")}, other={b"zip:1": beside}),
        # so did one further inside
        _walk(b"zip:1", zip={b"zip:1": _opened(b"a")}, other={b"a": beside}),
        # nothing was encrypted
        _walk(b"zip:1", zip={b"zip:1": _plain(b"a")}),
    ]
    assert [found.unlocked for found in cases] == [NONE] * len(cases)


def test_a_sibling_that_stays_locked_leaves_the_whole_locked() -> None:
    """But the one that was opened is, by itself."""
    gap = Report(unscanned=(Unscanned("zip", Reason.ENCRYPTED, ("zip:3",)),), archive=True)
    form = _plain(b"zip:2", b"zip:3", archive=False, wrapped=True)
    found = _walk(b"form", form={b"form": form}, zip={b"zip:2": _opened(b"a"), b"zip:3": gap})
    assert found.unlocked == NONE
    assert _handed(found) == {b"zip:2": ZIP, b"zip:3": NONE, b"a": NONE}


def test_what_lies_too_deep_leaves_it_locked() -> None:
    scanners = (Opens("zip", {b"zip:1": _opened(b"zip:2"), b"zip:2": _plain(b"a")}),)
    budget = Budget(time.monotonic() + 20, 10**6, 100, 1)
    found = examine(Content(memoryview(b"zip:1")), Bench(_identify, scanners), budget)
    assert found.unlocked == NONE
