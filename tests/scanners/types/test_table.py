"""The table of types: the shipped one is sound, a broken one is refused with the reason."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from scanners.model import Family, FileType
from scanners.types.table import TypeTable, read_type_table

SMALL = """
[types.unknown]
family = "data"
mime = "application/octet-stream"
[types.pe]
family = "program"
mime = "application/x-pe"
extensions = ["EXE"]
magic = ["0:4d5a 4:0102"]
sections = ["AutoRun"]
keys = ["Open"]
roots = ["Job"]
elements = ["Script"]
[media]
"image/" = "image"
[generic]
media = ["application/octet-stream"]
[names]
runnable = ["exe", "url"]
wrapped_in_js = ["css"]
"""


def _read(tmp_path: Path, text: str) -> TypeTable:
    (tmp_path / "types.toml").write_text(text)
    return read_type_table(tmp_path / "types.toml")


def test_rows(tmp_path: Path) -> None:
    table = _read(tmp_path, SMALL)
    assert table.types["pe"].patterns == (((0, b"MZ"), (4, b"\x01\x02")),)
    assert table.extension_families("exe") == {Family.PROGRAM}
    assert table.extension_families("url") == {Family.PROGRAM}, "runnable is a promise, too"
    assert table.extension_families("dat") == frozenset()


def test_texts(tmp_path: Path) -> None:
    known = _read(tmp_path, SMALL).types["pe"]
    assert [*known.sections, *known.keys] == [b"autorun", b"open"]
    assert [*known.roots, *known.elements] == [b"job", b"script"]


def test_media(tmp_path: Path) -> None:
    table = _read(tmp_path, SMALL)
    assert table.media_families("application/x-pe") == {Family.PROGRAM}
    assert table.media_families("image/x-new") == {Family.IMAGE}
    assert table.media_families("application/octet-stream") == frozenset()
    assert table.media_families("") == frozenset()
    assert table.of_mime("application/x-pe").name == "pe"
    assert table.of_mime("image/x-new") == FileType("x-new", "image/x-new", Family.IMAGE)
    assert table.of_mime("application/x-new").family is Family.DATA


@pytest.mark.parametrize(
    "old, new, said",
    [
        ('family = "program"', 'family = "evil"', "family"),
        ('mime = "application/x-pe"', 'mime = "pe"', "mime"),
        ("0:4d5a 4:0102", "0:zz", "types.pe: magic"),
        ("0:4d5a 4:0102", "4d5a", "types.pe: magic"),
        ('roots = ["Job"]', 'root = ["Job"]', "root"),
        ('wrapped_in_js = ["css"]', 'unheard = ["css"]', "unheard"),
    ],
)
def test_a_broken_table_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises((ValueError, ValidationError), match=said):
        _read(tmp_path, SMALL.replace(old, new))


def test_shipped_table_promises_what_checks_rely_on(table: TypeTable) -> None:
    for name in ("pe", "dos", "elf", "macho", "java_class", "script", "msi", "lnk", "jar", "apk"):
        assert table.named(name).family is Family.PROGRAM
    for name in ("url", "scf", "desktop", "reg", "inf", "rdp", "jnlp", "msc", "library_ms"):
        assert table.named(name).family is Family.PROGRAM, "what a desktop acts on"
        assert Family.TEXT in table.types[name].passes_as, "and servers show"
    for name in ("cpio", "ar", "lzma", "vhd", "dmg", "udf", "img", "wim", "squashfs", "tnef"):
        assert table.named(name).family is Family.ARCHIVE
    for extension in table.runnable:
        assert Family.PROGRAM in table.extension_families(extension), extension
    for extension in ("bin", "dat", "tmp"):
        assert not table.extension_families(extension), extension
    assert table.media_families("application/x-zip-compressed") == {Family.ARCHIVE}
    assert table.media_families("image/jpg") == {Family.IMAGE}
