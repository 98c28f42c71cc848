"""What clamd opens by itself: the rest is handed out to it, member by member.

Measured with ClamAV 1.4.6.  A newer one that opens more does no harm: members are seen twice.
"""

import bz2
import io
import lzma
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import clamd as clamd_package
import pytest

from samples import builders, packing
from scanners.archives.container import READERS
from scanners.archives.streams import FORMATS, Reach
from tests.scanners.archives.tars import sparse

pytestmark = pytest.mark.server
Build = Callable[[bytes], bytes]


class Clamd(Protocol):
    socket: str


def _two(build: Callable[[dict[str, bytes]], bytes]) -> Build:
    return lambda eicar: build({"a.txt": b"text", "e.com": eicar})


def _alone(data: bytes) -> bytes:
    return lzma.compress(data, format=lzma.FORMAT_ALONE)


ARCHIVES: dict[str, Build] = {
    "tar": _two(builders.tar_of),
    "cpio": _two(packing.cpio_of),
    "ar": _two(packing.ar_of),
    "deb": _two(packing.deb_of),
    "rpm": _two(packing.rpm_of),
    "cab": _two(packing.cab_of),
    "iso": _two(packing.iso_of),
    "lha": _two(packing.lha_of),
    "xar": _two(packing.xar_of),
}
STREAMS: dict[str, Build] = {
    "gzip": builders.gzip,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": builders.zstd,
    "lzma": _alone,
    "lzip": packing.lzip,
    "lz4": packing.lz4_frame,
    "compress": packing.compress,
}


@pytest.fixture
def finds(clamd: Clamd, eicar: bytes) -> Callable[[bytes], bool]:
    def ask(data: bytes) -> bool:
        client = clamd_package.ClamdUnixSocket(clamd.socket)
        answers = client.instream(io.BytesIO(data))
        assert answers is not None
        return bool(answers["stream"][0] == "FOUND")

    assert ask(eicar)
    return ask


def test_archives(finds: Callable[[bytes], bool], eicar: bytes) -> None:
    opened = {name: finds(build(eicar)) for name, build in ARCHIVES.items()}
    assert opened == {name: not reader.hidden for name, (reader, _) in READERS.items()}


def test_streams(finds: Callable[[bytes], bool], eicar: bytes) -> None:
    opened = {name: finds(build(eicar)) for name, build in STREAMS.items()}
    assert opened == {name: one.reach is not Reach.NONE for name, one in FORMATS.items()}


def test_streams_behind_one_another(finds: Callable[[bytes], bool], eicar: bytes) -> None:
    """Half of it in each: only who joins them sees the whole."""
    joined = {
        name: finds(STREAMS[name](eicar[:30]) + STREAMS[name](eicar[30:]))
        for name, one in FORMATS.items()
        if one.reach is not Reach.NONE
    }
    wanted = {name: FORMATS[name].reach is Reach.ALL for name in joined}
    assert joined == wanted


def test_what_it_does_not_see_of_a_tar(finds: Callable[[bytes], bool], eicar: bytes) -> None:
    end = bytes(1024)
    assert not finds(builders.tar_of({"a": b"a"}) + builders.tar_of({"e.com": eicar}))
    split = sparse("e.com", 0, eicar[:40], 40) + end
    assert not finds(split)
    assert not finds(builders.gzip(b"text") + eicar)


def test_dialects_of_tools(finds: Callable[[bytes], bool], eicar: bytes, tmp_path: Path) -> None:
    """Every way in which a format is written, not only ours."""
    (tmp_path / "e.com").write_bytes(eicar)
    cpio = {kind: ("cpio", "-o", "-H", kind) for kind in ("bin", "odc", "newc", "crc")}
    seen = {
        kind: finds(
            subprocess.run(
                command, input=b"e.com\n", cwd=tmp_path, capture_output=True, check=True
            ).stdout
        )
        for kind, command in cpio.items()
    }
    for kind in ("gnu", "pax", "ustar", "v7"):
        command = ("tar", f"--format={kind}", "-cf", "-", "e.com")
        seen[kind] = finds(
            subprocess.run(command, cwd=tmp_path, capture_output=True, check=True).stdout
        )
    assert seen == dict.fromkeys(seen, True)
