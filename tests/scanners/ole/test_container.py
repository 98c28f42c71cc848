"""The container of compound files: what it leaves alone, and what it cannot open."""

import struct
import subprocess
from collections.abc import Callable
from hashlib import md5
from pathlib import Path

import pytest

from samples import builders
from samples import office_parts as o
from samples.compound_tree import Tree, compound
from samples.vba import vba_storage
from scanners.budget import Budget
from scanners.model import Examination

Examine = Callable[..., Examination]
Findings = Callable[[Examination], set[str]]
MakeBudget = Callable[..., Budget]
WORD = b"\xec\xa5\xc1\0" * 10
PE = builders.pe() + bytes(range(256)) * 20
MALFORMED = {"unscanned.malformed"}
SHELL = vba_storage({"M": 'Sub AutoOpen()\n  Shell "calc"\nEnd Sub\n'})


def test_other_files_are_left_alone(run: Examine, findings: Findings) -> None:
    assert findings(run(b"plain text " * 100, name="a.txt")) == set()


@pytest.mark.parametrize("end", [8, 100, 511, 700])
def test_a_cut_file_is_malformed(end: int, run: Examine, findings: Findings) -> None:
    data = compound({"WordDocument": bytes(5000)})
    assert findings(run(data[:end], name="a.doc")) == MALFORMED


def test_a_budget_that_ends_is_told(
    run: Examine, findings: Findings, new_budget: MakeBudget
) -> None:
    data = compound({"WordDocument": WORD, "a": {"\x01Ole10Native": o.package("a.exe", PE)}})
    assert "unscanned.too_many" in findings(run(data, new_budget(members=0)))
    assert "unscanned.too_large" in findings(run(data, new_budget(size=100)))


def test_streams_that_share_their_sectors_are_counted_each(
    run: Examine, findings: Findings, new_budget: MakeBudget
) -> None:
    archive = builders.zip_of({"a.bin": bytes(range(256)) * 40}, method=builders.STORED)
    data = bytearray(compound({f"copy {number}": archive for number in range(8)}))
    starts = [at for at in range(0, len(data) - 4, 4) if data[at : at + 8] == b"c\0o\0p\0y\0"]
    for at in starts:
        struct.pack_into("<I", data, at + 116, struct.unpack_from("<I", data, starts[0] + 116)[0])
    budget = new_budget(size=len(archive) * 6)
    assert "unscanned.too_large" in findings(run(bytes(data), budget))


def test_programs_belong_into_installers(run: Examine, findings: Findings) -> None:
    tree: Tree = {"\u4840\u3f7f": bytes(64), "Binary.x": PE, "Icon.y": builders.png()}
    found = run(compound(tree, class_id=builders.MSI_CLASS), name="setup.msi")
    assert findings(found) == set()
    assert found.types is not None
    assert {node.name for node in found.types.children} == {"Binary.x", "Icon.y"}


def test_a_document_that_plays_an_installer_shows_its_macros(
    run: Examine, findings: Findings
) -> None:
    tree: Tree = {"\u4840\u3f7f": bytes(64), "WordDocument": WORD, "Macros": SHELL}
    assert "document.macro" in findings(run(compound(tree), name="letter.doc"))


def test_too_many_entries_are_a_gap(
    run: Examine, findings: Findings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scanners.ole.compound.MAX_ENTRIES", 2)
    data = compound({"a": b"a", "b": b"b", "WordDocument": WORD})
    assert findings(run(data)) == {"unscanned.too_many"}


def _message(data: bytes) -> bytes:
    inside: Tree = {"__substg1.0_37010102": data, "__properties_version1.0": bytes(8)}
    return compound({"__properties_version1.0": bytes(32), "__attach_version1.0_#00000000": inside})


REACHED_BY_CLAMD = {
    "package": compound({"WordDocument": WORD, "x": {"\x01Ole10Native": o.package("a.exe", PE)}}),
    "stream": compound({"WordDocument": WORD, "x": {"Package": PE}}),
    "message": _message(PE),
    "installer": compound({"Binary.x": PE}, class_id=builders.MSI_CLASS),
    "winmail": o.tnef([("a.exe", PE)]),
}
HANDED_OUT = {
    "presentation": compound({"PowerPoint Document": o.presentation(compound({"Package": PE}))}),
    "web page": o.active_mime(PE),
}


@pytest.mark.parametrize("name", [*REACHED_BY_CLAMD, *HANDED_OUT])
def test_clamd_reaches_the_program_or_gets_it_from_us(
    name: str, run: Examine, tmp_path: Path
) -> None:
    """clamscan of the same library stands for clamd; what it cannot reach has to be handed out."""
    (tmp_path / "db.hdb").write_text(f"{md5(PE).hexdigest()}:{len(PE)}:Test.Inside\n")  # noqa: S324
    data = (REACHED_BY_CLAMD | HANDED_OUT)[name]
    parts = [data, *(bytes(part.view) for part in run(data).extracted)]
    for number, part in enumerate(parts):
        (tmp_path / f"part{number}").write_bytes(part)
    files = sorted(tmp_path.glob("part*"))
    command = ["clamscan", "--no-summary", f"--database={tmp_path / 'db.hdb'}", *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert "Test.Inside" in done.stdout, done
    assert len(files) == (1 if name in REACHED_BY_CLAMD else 2)
