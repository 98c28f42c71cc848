"""Headers that have to add up and marks at the end, each beside one that does not fit."""

import lzma
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from scanners.model import FileType
from scanners.types.structure import by_header, by_trailer
from tests.scanners.types import binaries as b

TypeOf = Callable[[bytes], FileType]

GPT = b.partitioned(kind=0xEE, first=1)[:512] + b"EFI PART" + bytes(2000)
HEADERS = {
    "lha, level 0": (b.lha(0), "lha", ""),
    "lha, level 1": (b.lha(1), "lha", ""),
    "lha, level 2": (b.lha(2), "lha", ""),
    "arj": (b.arj(), "arj", ""),
    "lzma": (lzma.compress(b"text", format=lzma.FORMAT_ALONE), "lzma", ""),
    "cpio, old": (b.binary_cpio(), "cpio", "binary"),
    "cpio, old and big endian": (b.binary_cpio(big=True), "cpio", "binary"),
    "compress": (b"\x1f\x9d\x90abc", "compress", ""),
    "compress without blocks": (b"\x1f\x9d\x0cabc", "compress", ""),
    "floppy disk": (b.fat_image(), "img", "fat"),
    "ntfs": (b"\xeb\x52\x90NTFS    " + b.fat_image()[11:], "img", "ntfs"),
    "exfat": (b"\xeb\x76\x90EXFAT   " + b.fat_image()[11:], "img", "exfat"),
    "disk": (b.partitioned(), "img", "mbr"),
    "disk with the new table": (GPT, "img", "gpt"),
}
NEAR_MISSES = {
    "lha with a wrong sum": b.lha(0)[:1] + b"\x00" + b.lha(0)[2:],
    "lha of no level": b.lha(2)[:20] + b"\x09" + b.lha(2)[21:],
    "arj of no size": b"\x60\xea\xff\xff" + b.arj()[4:],
    "arj that is no archive": b.arj()[:10] + b"\x05" + b.arj()[11:],
    "lzma with an odd dictionary": b"]\x01\x23\x45\x00" + b"\xff" * 8 + b"\0abc",
    "lzma of endless size": b"]\0\0\x80\0" + b"\xfe" * 8 + b"\0abc",
    "compress with codes too long": b"\x1f\x9d\x91abc",
    "cpio without name": b.binary_cpio()[:20] + b"\0\0" + b.binary_cpio()[22:],
    "cpio of a kind that no file has": b.binary_cpio()[:7] + b"\x71" + b.binary_cpio()[8:],
    "cpio whose name does not end": b.binary_cpio()[:20] + b"\3\0" + b.binary_cpio()[22:],
    "no signature": b.fat_image(at510=0),
    "odd sectors": b.fat_image(at12=3),
    "odd clusters": b.fat_image(at13=3),
    "no tables": b.fat_image(at16=9),
    "partition that is nowhere": b.partitioned(first=0),
    "partition of no status": b.partitioned(status=7),
    "no partition": b.partitioned(kind=0, first=0),
    "a boot sector alone": b.fat_image()[:512],
}


@pytest.mark.parametrize("data, name, kind", HEADERS.values(), ids=HEADERS)
def test_headers(type_of: TypeOf, data: bytes, name: str, kind: str) -> None:
    found = type_of(data)
    assert (found.name, found.kind) == (name, kind)


@pytest.mark.parametrize("data", NEAR_MISSES.values(), ids=NEAR_MISSES)
def test_near_misses(data: bytes) -> None:
    assert by_header(memoryview(data), data[:4096]) is None


@pytest.mark.parametrize("data", HEADERS.values(), ids=HEADERS)
def test_cut_headers_are_survived(data: tuple[bytes, str, str]) -> None:
    for cut in range(600):
        head = data[0][:cut]
        by_header(memoryview(head), head)


def test_trailers(type_of: TypeOf) -> None:
    assert type_of(b.fixed_vhd()).name == "vhd"
    assert type_of(b.dmg()).name == "dmg"
    packed = b"BZh91AY&SY" + bytes(600)
    assert type_of(packed).name == "bzip2"
    assert type_of(b.dmg(packed)).name == "dmg", "its first block is packed"
    assert type_of(b"\x89PNG\r\n\x1a\n" + b.dmg()).name == "png", "but a picture stays one"
    assert by_trailer(memoryview(b"koly" + bytes(508))) is None, "no version"
    assert by_trailer(memoryview(b"conectix")) is None, "too short"


TOOLS = {
    "arj": (["arj", "a", "-i", "-y", "out.arj", "a.txt"], "out.arj", "arj"),
    "cab": (["gcab", "-c", "out.cab", "a.txt"], "out.cab", "cab"),
    "wim": (["wimlib-imagex", "capture", "folder", "out.wim"], "out.wim", "wim"),
    "iso": (["genisoimage", "-quiet", "-o", "out.iso", "folder"], "out.iso", "iso"),
    "fat": (["mkfs.fat", "-C", "out.img", "1440"], "out.img", "img"),
    "udf": (["mkudffs", "-b", "2048", "--new-file", "out.udf", "1000"], "out.udf", "udf"),
    "udf of large blocks": (
        ["mkudffs", "-b", "4096", "--new-file", "out.udf", "1000"],
        "out.udf",
        "udf",
    ),
    "7z": (["7zz", "a", "out.7z", "a.txt"], "out.7z", "7z"),
    "cpio": (["bsdtar", "-cf", "out.cpio", "--format=cpio", "a.txt"], "out.cpio", "cpio"),
    "cpio, new": (["bsdtar", "-cf", "out.cpio", "--format=newc", "a.txt"], "out.cpio", "cpio"),
    "ar": (["bsdtar", "-cf", "out.a", "--format=ar", "a.txt"], "out.a", "ar"),
    "xar": (["bsdtar", "-cf", "out.xar", "--format=xar", "a.txt"], "out.xar", "xar"),
    "lz4": (["bsdtar", "-cf", "out.lz4", "--lz4", "a.txt"], "out.lz4", "lz4"),
    "lzip": (["bsdtar", "-cf", "out.lz", "--lzip", "a.txt"], "out.lz", "lzip"),
    "compress": (["bsdtar", "-cf", "out.Z", "--compress", "a.txt"], "out.Z", "compress"),
}


@pytest.mark.parametrize("command, made, name", TOOLS.values(), ids=TOOLS)
def test_files_of_real_tools(
    type_of: TypeOf, tmp_path: Path, command: list[str], made: str, name: str
) -> None:
    if shutil.which(command[0], path="/usr/bin:/usr/sbin:/bin:/sbin") is None:
        pytest.skip(f"{command[0]} is not installed")
    (tmp_path / "folder").mkdir()
    for text in (tmp_path / "a.txt", tmp_path / "folder" / "b.txt"):
        text.write_bytes(b"Plain text.\n" * 50)
    environment = {"PATH": "/usr/bin:/usr/sbin:/bin:/sbin", "LC_ALL": "C"}
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
    assert type_of((tmp_path / made).read_bytes()).name == name
