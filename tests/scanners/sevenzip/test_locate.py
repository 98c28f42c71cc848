"""Where 7z archives begin, in files of all types."""

import pytest

from samples import builders
from samples.sevenzip_archives import SevenZipFile, sevenzip
from scanners.base import Bench
from scanners.errors import TooManyMembers
from scanners.model import Content
from scanners.sevenzip.locate import MOST_TRIES, SELF_EXTRACTOR, locate

WHOLE = sevenzip([SevenZipFile("a", b"a")])
STUB = builders.pe()
FALSE = b"7z\xbc\xaf\x27\x1c" + bytes(40)
CASES = {
    "plain": (WHOLE, 0),
    "broken": (WHOLE[:8] + b"\xff" + WHOLE[9:], 0),
    "behind a program": (STUB + WHOLE, len(STUB)),
    "behind a picture": (builders.jpeg() + WHOLE, len(builders.jpeg())),
    "behind a false one": (b"text" + FALSE + WHOLE, 4 + len(FALSE)),
    "a false one": (b"text" + FALSE, None),
    "in a tar": (builders.tar_of({"a.7z": WHOLE}), None),
    "in a PDF": (b"%PDF-1.4\n" + WHOLE, None),
    "too far": (b"text" + bytes(SELF_EXTRACTOR) + WHOLE, None),
    "text": (b"7z is a name", None),
    "empty": (b"", None),
}


@pytest.mark.parametrize("data, expected", CASES.values(), ids=CASES)
def test_locate(bench: Bench, data: bytes, expected: int | None) -> None:
    view = memoryview(data)
    assert locate(Content(view, file_type=bench.identify(view))) == expected


def test_signatures_that_lead_nowhere_end() -> None:
    few, many = (b"7z\xbc\xaf\x27\x1c" * count for count in (MOST_TRIES, MOST_TRIES + 1))
    assert locate(Content(memoryview(b"text" + few))) is None
    with pytest.raises(TooManyMembers):
        locate(Content(memoryview(b"text" + many)))
