"""Where RAR archives begin, in files of all types."""

import pytest

from samples import builders
from samples.rar_archives import RarFile, rar4, rar5
from scanners.base import Bench
from scanners.errors import ContentMalformed, TooManyMembers
from scanners.model import Content, Family, FileType
from scanners.rar.locate import MOST_TRIES, SELF_EXTRACTOR, locate

NEW, OLD = rar5([RarFile("a", b"a")]), rar4([RarFile("a", b"a")])
STUB = builders.pe()
FALSE = b"Rar!\x1a\x07\x01\0" + bytes(40)
RAR = FileType("rar", "application/vnd.rar", Family.ARCHIVE)
CASES = {
    "new": (NEW, (5, 0)),
    "old": (OLD, (4, 0)),
    "behind a program": (STUB + NEW, (5, len(STUB))),
    "old behind a program": (STUB + OLD, (4, len(STUB))),
    "headers encrypted": (STUB + rar5([], opened_by="x"), (5, len(STUB))),
    "behind a picture": (builders.jpeg() + NEW, (5, len(builders.jpeg()))),
    "behind a false one": (b"text" + FALSE + NEW, (5, 4 + len(FALSE))),
    "a false one": (b"text" + FALSE, None),
    "in a tar": (builders.tar_of({"a.rar": NEW}), None),
    "in a ZIP": (builders.zip_of({"a.rar": NEW}, method=builders.STORED), None),
    "in a PDF": (b"%PDF-1.4\n" + NEW, None),
    "too far": (b"text" + bytes(SELF_EXTRACTOR) + NEW, None),
    "text": (b"Rar! is a word", None),
    "empty": (b"", None),
}


@pytest.mark.parametrize("data, expected", CASES.values(), ids=CASES)
def test_locate(bench: Bench, data: bytes, expected: tuple[int, int] | None) -> None:
    view = memoryview(data)
    assert locate(Content(view, file_type=bench.identify(view))) == expected


def test_a_rar_that_is_none() -> None:
    with pytest.raises(ContentMalformed):
        locate(Content(memoryview(b"Rar!\x1a\x07"), file_type=RAR))


def test_signatures_that_lead_nowhere_end() -> None:
    few, many = (b"Rar!\x1a\x07\0" * count for count in (MOST_TRIES, MOST_TRIES + 1))
    assert locate(Content(memoryview(b"text" + few))) is None
    with pytest.raises(TooManyMembers):
        locate(Content(memoryview(b"text" + many)))
