"""A copy holds exactly the rule set: nothing from outside, nothing beyond its bounds."""

import os
from pathlib import Path

import pytest

from scanners.rules.manifest import MANIFEST, manifest
from tests.verdicts.rulesets.conftest import MakeSet
from verdicts.rulesets.copying import SIGNATURE, Bounds, copy_set
from verdicts.rulesets.records import SetMalformed

RULE = "rule a { condition: true }"


def test_the_set_is_copied_and_what_lies_beside_it_is_not(
    make_set: MakeSet, tmp_path: Path
) -> None:
    source = make_set(files={"yara/pe/a.yar": RULE, "README.md": "x", "yara/.a.yar.swp": "x"})
    listed = copy_set(source, tmp_path / "copy")
    assert listed == manifest(source) == manifest(tmp_path / "copy")
    files = {path for path in (tmp_path / "copy").rglob("*") if path.is_file()}
    names = {path.relative_to(tmp_path / "copy").as_posix() for path in files}
    assert names == {"policy.toml", "yara/pe/a.yar", MANIFEST}
    assert {path.stat().st_mode & 0o777 for path in files} == {0o444}


def test_the_folder_itself_may_be_a_link(make_set: MakeSet, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(make_set())
    assert copy_set(tmp_path / "link", tmp_path / "copy") == manifest(make_set())


@pytest.mark.parametrize("place", ["yara/a.yar", "yara/pe", "clamav"])
def test_nothing_from_outside_is_read(make_set: MakeSet, tmp_path: Path, place: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.yar").write_text(RULE)
    source = make_set(files={"yara/b.yar": RULE})
    (source / place).symlink_to(outside / "a.yar" if place.endswith(".yar") else outside)
    with pytest.raises(SetMalformed, match="link to a place outside"):
        copy_set(source, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_a_link_within_the_folder_is_a_file(make_set: MakeSet, tmp_path: Path) -> None:
    source = make_set(files={"yara/a.yar": RULE})
    (source / "yara" / "b.yar").symlink_to("a.yar")
    copy_set(source, tmp_path / "copy")
    assert not (tmp_path / "copy/yara/b.yar").is_symlink()
    assert (tmp_path / "copy/yara/b.yar").read_text() == RULE


@pytest.mark.parametrize(
    "bounds, said",
    [
        (Bounds(files=2), "2 files at most, this has 3"),
        (Bounds(bytes=2000), "2000 bytes at most"),
        (Bounds(file_bytes=999), "999 in one file"),
    ],
)
def test_bounds(make_set: MakeSet, tmp_path: Path, bounds: Bounds, said: str) -> None:
    source = make_set(files={"yara/a.yar": "x" * 1000, "yara/b.yar": "x" * 1000})
    with pytest.raises(SetMalformed, match=said):
        copy_set(source, tmp_path / "copy", bounds)
    assert not (tmp_path / "copy").exists()


def test_exactly_the_bounds_are_allowed(make_set: MakeSet, tmp_path: Path) -> None:
    source = make_set(files={"policy.toml": "x" * 500, "yara/b.yar": "x" * 1000})
    copy_set(source, tmp_path / "copy", Bounds(files=2, file_bytes=1000, bytes=1500))
    assert (tmp_path / "copy/yara/b.yar").stat().st_size == 1000


@pytest.mark.parametrize("name", ["empty", "missing"])
def test_a_folder_without_rules_is_none(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(SetMalformed, match="is no rule set"):
        copy_set(tmp_path / name, tmp_path / "copy")


def test_what_cannot_be_read_is_named(make_set: MakeSet, tmp_path: Path) -> None:
    source = make_set(files={"yara/a.yar": RULE})
    os.mkfifo(source / "yara" / "b.yar")  # no file of a set, and nobody waits for its writer
    copy_set(source, tmp_path / "copy")
    assert not (tmp_path / "copy/yara/b.yar").exists()
    (source / SIGNATURE).symlink_to("/etc/passwd")
    (source / MANIFEST).write_bytes(manifest(source))
    with pytest.raises(SetMalformed, match=r"MANIFEST\.sig is a link"):
        copy_set(source, tmp_path / "second")


def test_a_signature_goes_along_only_with_its_content(make_set: MakeSet, tmp_path: Path) -> None:
    source = make_set(files={"yara/a.yar": RULE})
    (source / MANIFEST).write_bytes(manifest(source))
    (source / SIGNATURE).write_text("signed")
    copy_set(source, tmp_path / "same")
    assert (tmp_path / "same" / SIGNATURE).read_text() == "signed"
    (source / "policy.toml").write_text("# edited")
    copy_set(source, tmp_path / "edited")
    assert not (tmp_path / "edited" / SIGNATURE).exists()
    assert (tmp_path / "edited" / MANIFEST).read_bytes() == manifest(source)
