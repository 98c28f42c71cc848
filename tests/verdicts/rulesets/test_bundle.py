"""A bundle carries a rule set as it is, or is refused and leaves nothing."""

import gzip
import io
import tarfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from scanners.rules.manifest import MANIFEST, manifest, ruleset_id
from tests.verdicts.rulesets.conftest import MakeSet
from verdicts.rulesets.bundle import pack, unpack
from verdicts.rulesets.copying import SIGNATURE, Bounds
from verdicts.rulesets.records import SetMalformed
from verdicts.rulesets.signature import sign, signed_by
from verdicts.rulesets.ustar import BundleMalformed

RULE = "rule one { condition: true }"
KEY = Ed25519PrivateKey.generate()


@pytest.fixture
def source(make_set: MakeSet) -> Path:
    return make_set(files={"yara/pe/a.yar": RULE, "README.md": "beside", "blocked.txt": ""})


def files_of(source: Path) -> dict[str, bytes]:
    names = ("policy.toml", "yara/pe/a.yar", "blocked.txt")
    return {MANIFEST: manifest(source)} | {name: (source / name).read_bytes() for name in names}


def bundle(files: dict[str, bytes] | list[tuple[str, bytes]]) -> io.BytesIO:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in files.items() if isinstance(files, dict) else files:
            header = tarfile.TarInfo(name)
            header.size = len(data)
            archive.addfile(header, io.BytesIO(data))
    out.seek(0)
    return out


def refused(data: io.BytesIO, folder: Path, said: str, bounds: Bounds | None = None) -> None:
    with pytest.raises(BundleMalformed, match=said):
        unpack(data, folder, bounds or Bounds())
    assert not folder.exists()


def test_there_and_back(source: Path, tmp_path: Path) -> None:
    assert pack(source, tmp_path / "a", KEY) == ruleset_id(source)
    with (tmp_path / "a").open("rb") as file:
        unpack(file, tmp_path / "set")
    assert ruleset_id(tmp_path / "set") == ruleset_id(source)
    assert signed_by(tmp_path / "set", {"team": KEY.public_key()}) == "team"
    assert not (tmp_path / "set" / "README.md").exists()
    pack(tmp_path / "set", tmp_path / "b", None)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    pack(source, tmp_path / "b", None)
    assert (tmp_path / "a").read_bytes() != (tmp_path / "b").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "rules", "set"]


def test_another_key_signs_anew(source: Path, tmp_path: Path) -> None:
    (source / MANIFEST).write_bytes(manifest(source))
    (source / SIGNATURE).write_bytes(sign(manifest(source), Ed25519PrivateKey.generate()))
    pack(source, tmp_path / "a", KEY)
    with (tmp_path / "a").open("rb") as file:
        unpack(file, tmp_path / "set")
    assert signed_by(tmp_path / "set", {"team": KEY.public_key()}) == "team"


def test_a_name_that_tar_cannot_hold(source: Path, tmp_path: Path) -> None:
    (source / "yara" / ("a" * 150 + ".yar")).write_text(RULE)
    with pytest.raises(SetMalformed, match="give the file a shorter name"):
        pack(source, tmp_path / "a", None)
    assert not (tmp_path / "a").exists()


def test_a_bundle_without_a_signature(source: Path, tmp_path: Path) -> None:
    unpack(bundle(files_of(source)), tmp_path / "set")
    assert signed_by(tmp_path / "set", {"team": KEY.public_key()}) == ""


def test_files_and_manifest_say_the_same(source: Path, tmp_path: Path) -> None:
    good, folder = files_of(source), tmp_path / "set"
    refused(bundle(good | {"policy.toml": b"#"}), folder, "policy.toml is not as MANIFEST says")
    refused(bundle(good | {"types.toml": b"#"}), folder, "types.toml is not as MANIFEST says")
    missing = {name: data for name, data in good.items() if name != "blocked.txt"}
    refused(bundle(missing), folder, "blocked.txt is not as MANIFEST says")
    turned = b"".join(reversed(good[MANIFEST].splitlines(keepends=True)))
    refused(bundle(good | {MANIFEST: turned}), folder, "the order of the files is not as")
    refused(bundle(good | {MANIFEST: b"\xff\n\x1b["}), folder, "is not as MANIFEST says")
    without = {name: data for name, data in good.items() if name != MANIFEST}
    refused(bundle(without), folder, "it has no MANIFEST; make it by `douane rules pack`")
    refused(bundle({}), folder, "it has no MANIFEST")


@pytest.mark.parametrize(
    "name", ["README.md", "yara/a.txt", "Yara/a.yar", "yara/a.yar/b", "lib.py"]
)
def test_what_is_no_part_of_a_rule_set(source: Path, tmp_path: Path, name: str) -> None:
    refused(bundle(files_of(source) | {name: b"x"}), tmp_path / "set", f"entry {name} is no part")


@pytest.mark.parametrize(
    "name, said",
    [
        ("policy.toml", "entry policy.toml is there twice"),
        ("POLICY.toml", "entry POLICY.toml is there twice, or differs in case only"),
        ("policy.toml/a", "is a file and a folder"),
        ("yara", "is a file and a folder"),
    ],
)
def test_entries_that_clash(source: Path, tmp_path: Path, name: str, said: str) -> None:
    refused(bundle([*files_of(source).items(), (name, b"x")]), tmp_path / "set", said)


@pytest.mark.parametrize(
    "bounds, said",
    [
        (Bounds(files=2), "has 2 files at most"),
        (Bounds(bytes=30), "has 30 bytes at most"),
        (Bounds(file_bytes=20), "has more than 20 bytes"),
    ],
)
def test_bounds(source: Path, tmp_path: Path, bounds: Bounds, said: str) -> None:
    files = {"a.toml": b"", "b.toml": b"", "c.toml": b"", "d.toml": b""} | files_of(source)
    refused(bundle(files), tmp_path / "set", said, bounds)


def test_own_files_have_bounds_too(source: Path, tmp_path: Path) -> None:
    files = files_of(source) | {SIGNATURE: b"A" * 1025}
    refused(bundle(files), tmp_path / "set", r"MANIFEST\.sig has more than 1024 bytes")


def test_a_bomb_is_not_unpacked(source: Path, tmp_path: Path) -> None:
    header = tarfile.TarInfo("policy.toml")
    header.size = (
        8**11 - 1
    )  # a gigabyte of zeros in a megabyte would do; it is the claim that counts
    data = io.BytesIO(gzip.compress(header.tobuf(tarfile.USTAR_FORMAT) + bytes(10_000_000)))
    refused(data, tmp_path / "set", "bytes at most")
    assert data.tell() < len(data.getvalue()) or len(data.getvalue()) < 70_000


def test_entries_without_end(tmp_path: Path) -> None:
    names = (f"yara/{number}.yar" for number in range(300))
    headers = b"".join(tarfile.TarInfo(name).tobuf(tarfile.USTAR_FORMAT) for name in names)
    data = io.BytesIO(gzip.compress(headers))
    refused(data, tmp_path / "set", "has 200 files at most", Bounds(files=200))


def test_a_full_disk_is_no_fault_of_the_bundle(source: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError):
        unpack(bundle(files_of(source)), tmp_path / "file" / "set")
