"""The shipped bench: every specimen is seen for what it is, and no bytes break it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples.catalogue import Specimen, specimens
from scanners.base import Bench
from scanners.budget import Budget
from scanners.model import DetectionLevel, Examination, Reason
from scanners.registry import build_bench

Examine = Callable[..., Examination]
MakeBudget = Callable[..., Budget]
MULTIPART = (("boundary", "b"),)


def _examine(run: Examine, specimen: Specimen) -> Examination:
    return run(
        specimen.data,
        name=specimen.name,
        declared_type=specimen.declared_type,
        parameters=specimen.parameters,
        codings=specimen.codings,
    )


@pytest.mark.parametrize("specimen", specimens(), ids=lambda specimen: ascii(specimen.name))
def test_specimen(run: Examine, specimen: Specimen) -> None:
    """All that is expected is found, and nothing that weighs is found beyond it."""
    found = _examine(run, specimen)
    weighing = {
        word
        for detection in found.detections
        if detection.level is not DetectionLevel.INFO
        for word in (detection.code.value, detection.name)
    }
    gaps = {f"unscanned.{gap.reason.value}" for gap in found.unscanned}
    said = weighing | gaps | {detection.code.value for detection in found.detections}
    assert set(specimen.expected) <= said
    assert gaps <= set(specimen.expected)
    unexpected = [
        detection
        for detection in found.detections
        if detection.level is not DetectionLevel.INFO
        and not {detection.code.value, detection.name} & set(specimen.expected)
    ]
    assert unexpected == []


HEADS = [
    b"",
    b"PK\x03\x04",
    b"\x1f\x8b\x08\x00",
    b"--b\r\n",
    b"MZ",
    bytes.fromhex("d0cf11e0a1b11ae1"),
]


@given(
    head=st.sampled_from(HEADS),
    data=st.binary(max_size=200),
    tail=st.sampled_from([b"", b"PK\x05\x06" + bytes(18), b"\r\n--b--\r\n"]),
    name=st.text(max_size=20),
    declared_type=st.sampled_from(["", "image/jpeg", "multipart/form-data", "no type"]),
    codings=st.lists(st.sampled_from(["gzip", "br", "zstd", "deflate", "x"]), max_size=2),
)
def test_any_content(
    *,
    run: Examine,
    head: bytes,
    data: bytes,
    tail: bytes,
    name: str,
    declared_type: str,
    codings: list[str],
) -> None:
    found = run(
        head + data + tail,
        name=name,
        declared_type=declared_type,
        parameters=MULTIPART,
        codings=tuple(codings),
    )
    assert Reason.CRASHED not in {gap.reason for gap in found.unscanned}
    assert found.types is not None


@given(st.data())
def test_any_damage_to_a_specimen(
    run: Examine, new_budget: MakeBudget, data: st.DataObject
) -> None:
    specimen = data.draw(st.sampled_from([s for s in specimens() if len(s.data) < 100_000]))
    at = data.draw(st.integers(0, len(specimen.data)))
    noise = data.draw(st.binary(max_size=30))
    damaged = specimen.data[:at] + noise + specimen.data[at + len(noise) :]
    found = run(
        damaged,
        budget=new_budget(size=1024 * 1024),
        name=specimen.name,
        declared_type=specimen.declared_type,
        parameters=specimen.parameters,
        codings=specimen.codings,
    )
    assert Reason.CRASHED not in {gap.reason for gap in found.unscanned}


def test_names_of_scanners_differ(bench: Bench) -> None:
    names = [scanner.name for scanner in bench.scanners]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    "name, text, said",
    [
        ("yara/new.yar", "rule no_level { condition: true }", "no_level"),
        ("yara/new.yar", "rule broken {", "new"),
        ("types.toml", "[types]", "media"),
        ("types.toml", "no toml", "Expected"),
    ],
)
def test_broken_rules_end_the_start(
    rules: Path, tmp_path: Path, name: str, text: str, said: str
) -> None:
    shutil.copytree(rules, tmp_path / "rules")
    (tmp_path / "rules" / name).write_text(text)
    with pytest.raises(ValueError, match=said):
        build_bench(tmp_path / "rules")


def test_missing_table_ends_the_start(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"types\.toml"):
        build_bench(tmp_path)
