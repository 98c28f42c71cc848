"""Whatever a reader could unpack from an archive is found, or the archive is called ambiguous."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scanners.model import Code, DetectionLevel, Examination, TypeNode
from tests.scanners.zip.honest import HONEST, MANY
from tests.scanners.zip.tricks import TRICKS

Examine = Callable[..., Examination]
Findings = Callable[[Examination], set[str]]


def _nodes(node: TypeNode) -> Iterator[TypeNode]:
    for child in node.children:
        yield child
        yield from _nodes(child)


def _told(found: Examination) -> set[str]:
    """Return how the program came out: as a member, as a doubt, or as a gap."""
    assert found.types is not None
    members = {"found" for node in _nodes(found.types) if node.file_type.name == "pe"}
    doubts = {
        each.name
        for each in found.detections
        if each.code is Code.ARCHIVE_AMBIGUOUS and each.level is DetectionLevel.SUSPICIOUS
    }
    return members | doubts | {gap.reason.value for gap in found.unscanned}


@pytest.mark.parametrize("data", TRICKS.values(), ids=TRICKS)
def test_no_trick_hides_a_program(run: Examine, data: bytes) -> None:
    assert _told(run(data))


@pytest.mark.parametrize("make", HONEST.values(), ids=HONEST)
def test_honest_archives_raise_no_doubt(
    run: Examine, tmp_path: Path, make: Callable[[Path], bytes]
) -> None:
    found = run(make(tmp_path))
    assert found.unscanned == ()
    assert [each for each in found.detections if each.level is not DetectionLevel.INFO] == []
    assert found.types is not None
    assert found.types.children


@pytest.mark.parametrize("make", HONEST.values(), ids=HONEST)
def test_clamav_opens_honest_archives_itself(
    run: Examine, tmp_path: Path, make: Callable[[Path], bytes], request: pytest.FixtureRequest
) -> None:
    """Only what clamd cannot unpack is handed to it by us."""
    own = {"LZMA", "PPMd"}
    expected = any(word in request.node.callspec.id for word in own)
    assert bool(run(make(tmp_path)).extracted) is expected


@pytest.mark.parametrize("make", MANY.values(), ids=MANY)
def test_too_many_members_are_no_doubt(
    run: Examine, findings: Findings, tmp_path: Path, make: Callable[[Path], bytes]
) -> None:
    assert findings(run(make(tmp_path))) == {"unscanned.too_many"}
