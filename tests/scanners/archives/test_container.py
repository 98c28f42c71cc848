"""Archives of all types: members are found and judged, bombs end early, failures are gaps."""

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from samples import builders, packing
from scanners.archives.container import READERS
from scanners.budget import Budget
from scanners.model import Examination, Reason

Examine = Callable[..., Examination]
Findings = Callable[[Examination], set[str]]
MakeBudget = Callable[..., Budget]
Build = Callable[[Mapping[str, bytes]], bytes]
PE = builders.pe()
EXECUTABLE, MALFORMED = "archive.executable?", "unscanned.malformed"

BUILDERS: dict[str, Build] = {
    "tar": builders.tar_of,
    "cpio": packing.cpio_of,
    "ar": packing.ar_of,
    "deb": packing.deb_of,
    "rpm": packing.rpm_of,
    "cab": packing.cab_of,
    "iso": packing.iso_of,
    "lha": packing.lha_of,
    "xar": packing.xar_of,
}
HIDDEN = {kind for kind, (reader, _) in READERS.items() if reader.hidden}
PROGRAMS_BELONG = {"ar", "rpm", "xar"}
archives = pytest.mark.parametrize("kind", BUILDERS)


def _leaves(found: Examination) -> dict[str, str]:
    """Return names and types of all files at the bottom of the tree."""
    leaves: dict[str, str] = {}
    nodes = [found.types]
    while nodes:
        node = nodes.pop()
        assert node is not None
        nodes += node.children
        if not node.children:
            leaves[node.name] = node.file_type.name
    return leaves


def test_every_reader_has_a_builder() -> None:
    assert BUILDERS.keys() == READERS.keys()


@archives
def test_members(run: Examine, said: Findings, kind: str) -> None:
    data = BUILDERS[kind]({"a.txt": b"some text", "tool.exe": PE})
    found = run(data)
    assert found.types is not None
    assert found.types.file_type.name == kind
    leaves = _leaves(found)
    assert (leaves["a.txt"], leaves["tool.exe"]) == ("text", "pe")
    assert said(found) == (set() if kind in PROGRAMS_BELONG else {EXECUTABLE})


@archives
def test_disguise_inside(run: Examine, said: Findings, kind: str) -> None:
    found = said(run(BUILDERS[kind]({"photo.jpg": PE})))
    assert "disguise.extension" in found


@archives
def test_empty_archive_is_clean(run: Examine, said: Findings, kind: str) -> None:
    if kind == "tar":
        pytest.skip("nothing but zeros")
    data = BUILDERS[kind]({})
    if kind != "lha":  # nothing but one zero
        assert said(run(data)) <= {MALFORMED}


@archives
def test_what_clamd_does_not_open_is_handed_out(run: Examine, kind: str) -> None:
    found = run(BUILDERS[kind]({"a.txt": b"some text", "b.bin": PE}))
    handed_out = {bytes(one.view) for one in found.extracted}
    if kind == "deb":
        assert len(handed_out) == 3  # clamd opens data.tar.gz by itself
    else:
        assert handed_out == ({b"some text", PE} if kind in HIDDEN else set())


@archives
def test_members_beyond_the_budget(run: Examine, new_budget: MakeBudget, kind: str) -> None:
    data = BUILDERS[kind]({f"{number}.txt": b"%d" % number for number in range(20)})
    found = run(data, budget=new_budget(members=10))
    assert {gap.reason for gap in found.unscanned} == {Reason.TOO_MANY}


@archives
def test_bytes_beyond_the_budget(run: Examine, new_budget: MakeBudget, kind: str) -> None:
    data = BUILDERS[kind]({f"{number}.txt": b"%d" % number * 1000 for number in range(3)})
    found = run(data, budget=new_budget(size=1500))
    assert Reason.TOO_LARGE in {gap.reason for gap in found.unscanned}


@archives
def test_no_time_left(run: Examine, new_budget: MakeBudget, kind: str) -> None:
    found = run(BUILDERS[kind]({"a.txt": b"a"}), budget=new_budget(seconds=-1))
    assert {gap.reason for gap in found.unscanned} == {Reason.TIMED_OUT}


@archives
def test_every_cut_is_a_gap_or_loses_nothing(run: Examine, said: Findings, kind: str) -> None:
    """But for padding, and for tar and ar where an archive may end behind any member."""
    data = BUILDERS[kind]({"a.txt": b"some text " * 9, "photo.jpg": PE})
    for size in range(64, len(data), max(1, len(data) // 60)):
        found = run(data[:size])
        assert found.types is not None
        if found.types.file_type.name != kind:
            continue
        gap = any(reason.startswith("unscanned") for reason in said(found))
        listed = "disguise.extension" in said(found)
        whole = kind in ("tar", "ar") and PE not in data[:size] and _between(kind, size)
        assert gap or listed or whole, size


def _between(kind: str, size: int) -> bool:
    return size in {"tar": range(1024, 1025), "ar": range(158, 159)}[kind]


@archives
def test_codings_come_first(run: Examine, kind: str) -> None:
    data = BUILDERS[kind]({"photo.jpg": PE})
    found = run(builders.gzip(data), codings=("gzip",))
    assert found.types is not None
    assert [child.file_type.name for child in found.types.children] == [kind]


def test_indexes_of_libraries_are_no_paths(tmp_path: Path, run: Examine, said: Findings) -> None:
    source = tmp_path / "a-rather-long-name-of-a-member.c"
    source.write_text("int first(void) { return 1; }\n")
    subprocess.run(["gcc", "-c", source.name], cwd=tmp_path, check=True)
    made = source.with_suffix(".o").name
    subprocess.run(["ar", "rcs", "lib.a", made], cwd=tmp_path, check=True)
    found = run((tmp_path / "lib.a").read_bytes(), name="lib.a")
    assert said(found) == set()
    assert _leaves(found)[made] == "elf"


def test_a_library_of_nothing(run: Examine, said: Findings) -> None:
    """libc6-dev has some: what they held is part of libc now."""
    assert said(run(b"!<arch>\n")) == set()


def test_odd_names_in_ar(run: Examine, said: Findings) -> None:
    assert said(run(packing.ar_of({"../a.txt": b"text"}))) == {"archive.traversal"}
    assert said(run(packing.ar_of({"photo.jpg.exe": PE}))) == {"disguise.double_extension"}
    assert said(run(b"!<arch>\n" + b"x" * 60 + b"noise")) == {MALFORMED}


def test_the_mode_of_a_member_of_ar_hides_nothing(run: Examine, said: Findings) -> None:
    data = packing.ar_of({"photo.jpg.exe": PE}).replace(b"100644  ", b"020644  ")
    assert said(run(data)) == {"disguise.double_extension"}


def test_behind_the_end_of_lha(run: Examine, said: Findings) -> None:
    data = packing.lha_of({"a.txt": b"text"}) + builders.zip_of({"photo.jpg.exe": PE})
    found = said(run(data))
    assert {"archive.ambiguous", "disguise.double_extension"} <= found


@pytest.mark.parametrize("pack", ["none", "gzip", "xz", "zstd"])
def test_what_dpkg_makes(tmp_path: Path, run: Examine, said: Findings, pack: str) -> None:
    control = "Package: x\nVersion: 1\nArchitecture: all\nMaintainer: a <a@b>\nDescription: x\n"
    (tmp_path / "deb" / "DEBIAN").mkdir(parents=True)
    (tmp_path / "deb" / "DEBIAN" / "control").write_text(control)
    (tmp_path / "deb" / "photo.jpg").write_bytes(PE)
    subprocess.run(
        ["dpkg-deb", f"-Z{pack}", "-b", "deb", "x.deb"],
        cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip
    found = run((tmp_path / "x.deb").read_bytes(), name="x.deb")
    assert said(found) == {EXECUTABLE, "disguise.extension"}
    assert _leaves(found) == {"debian-binary": "text", "./control": "text", "./photo.jpg": "pe"}


SPEC = """Name: x
Version: 1
Release: 1
Summary: x
License: x
BuildArch: noarch
%description
x
%install
mkdir -p %{buildroot}/opt
cp %{_topdir}/photo.jpg %{buildroot}/opt/
%files
/opt/photo.jpg
"""


@pytest.mark.parametrize("pack", ["w9.gzdio", "w9.bzdio", "w6.xzdio", "w3.zstdio", "w6.lzdio"])
def test_what_rpmbuild_makes(tmp_path: Path, run: Examine, said: Findings, pack: str) -> None:
    (tmp_path / "photo.jpg").write_bytes(PE)
    (tmp_path / "x.spec").write_text(SPEC)
    options = {"_topdir": tmp_path, "_binary_payload": pack, "_tmppath": tmp_path}
    defined = [word for key, value in options.items() for word in ("-D", f"{key} {value}")]
    subprocess.run(["rpmbuild", "-bb", *defined, "x.spec"], cwd=tmp_path, check=True,
                   capture_output=True)  # fmt: skip
    (package,) = tmp_path.rglob("*.rpm")
    found = run(package.read_bytes(), name="x.rpm")
    assert said(found) == {"disguise.extension"}
    assert _leaves(found) == {"./opt/photo.jpg": "pe"}
