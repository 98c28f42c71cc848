"""Records of RAR archives: what marks one, and which members are whole."""

import pytest

from samples.rar_archives import rar4, rar5
from scanners.rar.records import SIGNATURE, SIGNATURE_4, SIGNATURE_5, Member


@pytest.mark.parametrize(
    "data, found",
    [
        (rar4([]), SIGNATURE_4),
        (rar5([]), SIGNATURE_5),
        (b"Rar!\x1a\x07\x02\0", None),
        (b"Rar!", None),
    ],
)
def test_signature(data: bytes, found: bytes | None) -> None:
    match = SIGNATURE.match(data)
    assert (match.group() if match else None) == found


@pytest.mark.parametrize("before, behind", [(False, False), (True, False), (False, True)])
def test_whole(before: bool, behind: bool) -> None:
    member = Member(
        *("a", (), 0, 0, 0, True, 0, 0, False, False, None, None),
        begins_elsewhere=before,
        goes_on_elsewhere=behind,
    )
    assert member.whole == (not before and not behind)
