"""The reader of bundles takes what `pack` writes, and none of the tricks of tar and gzip."""

import gzip
import io
import tarfile
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verdicts.rulesets import ustar
from verdicts.rulesets.ustar import BLOCK, BundleMalformed, Inflated, entries

Header = tarfile.TarInfo


def tar(*members: Header | tuple[str, bytes], format: int = tarfile.USTAR_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=format) as archive:
        for one in members:
            header, data = (one, b"") if isinstance(one, Header) else (Header(one[0]), one[1])
            header.size = header.size or len(data)
            archive.addfile(header, io.BytesIO(data))
    return out.getvalue()


def read(data: bytes) -> dict[str, bytes]:
    inflated, found = Inflated(io.BytesIO(data)), {}
    for entry in entries(inflated):
        found[entry.path] = b"".join(inflated.pieces(entry.size))
    return found


def header(kind: bytes, name: str = "a", link: str = "") -> Header:
    made = Header(name)
    made.type, made.linkname = kind, link
    return made


def edited(change: Callable[[bytearray], None]) -> bytes:
    """Return an archive of one file whose header was changed, with the checksum made right."""
    raw = bytearray(tar(("policy.toml", b"x" * 600)))
    change(raw)
    raw[148:156] = b" " * 8
    raw[148:156] = b"%06o\0 " % sum(raw[:BLOCK])
    return gzip.compress(raw)


def test_what_is_written_is_read() -> None:
    files = {"policy.toml": b"x" * 511, "yara/pe/a.yar": b"", "yara/" + "b" * 90: b"z" * 100_000}
    files["yara/" + "c" * 90 + "/" + "d" * 95] = b"in the prefix"
    assert read(gzip.compress(tar(*files.items()))) == files


@pytest.mark.parametrize(
    "one, said",
    [
        (header(tarfile.SYMTYPE, "a", "/etc/passwd"), "entry 'a' is a link"),
        (header(tarfile.LNKTYPE, "a", "b"), "is a link"),
        (header(tarfile.CHRTYPE), "is a device or pipe"),
        (header(tarfile.BLKTYPE), "is a device or pipe"),
        (header(tarfile.FIFOTYPE), "is a device or pipe"),
        (header(tarfile.DIRTYPE), "is a folder"),
        (header(tarfile.CONTTYPE), "of an unknown kind"),
        (header(tarfile.GNUTYPE_SPARSE), "is a sparse file"),
        (header(b"V"), "of an unknown kind"),
        (header(b"\0"), "of an unknown kind"),
        (("/etc/passwd", b""), "has a path"),
        (("../a.toml", b""), "has a path"),
        (("yara/../../a", b""), "has a path"),
        (("./policy.toml", b""), "has a path"),
        ((".hidden", b""), "has a path"),
        (("a//b", b""), "has a path"),
        (("a b", b""), "has a path"),
        (("a\\b", b""), "has a path"),
        (("a\nb", b""), "has a path"),
        (("käse", b""), "has a path"),
        (("a/b/c/d/e/f", b""), "has a path"),
    ],
)
def test_tricks_of_entries(one: Header | tuple[str, bytes], said: str) -> None:
    with pytest.raises(BundleMalformed, match=said):
        read(gzip.compress(tar(("policy.toml", b"x"), one)))


@pytest.mark.parametrize("format", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_names_and_sizes_in_extended_headers(format: int) -> None:
    long = ("yara/" + "a" * 200, b"")
    with pytest.raises(BundleMalformed, match="is an extended header"):
        read(gzip.compress(tar(long, format=format)))


def put(at: int, data: bytes) -> Callable[[bytearray], None]:
    def change(raw: bytearray) -> None:
        raw[at : at + len(data)] = data

    return change


@pytest.mark.parametrize(
    "change, said",
    [
        (put(124, b"\x80" + bytes(10) + b"\x05"), "is not as"),  # the GNU way to state a size
        (put(124, b"-0000000001\0"), "is not as"),
        (put(124, b"1130        "), "is not as"),
        (put(257, b"ustar  \0"), "is not as"),  # GNU: the prefix means something else
        (put(257, bytes(8)), "is not as"),
        (put(157, b"target"), "is not as"),
        (put(20, b"hidden"), "a name behind its name"),
        (put(345, b"a\0b"), "a name behind its name"),
        (put(BLOCK + 600, b"z"), "something stands behind its content"),
        (put(3 * BLOCK, b"z"), "no tar archive"),
        (put(4 * BLOCK, b"z"), "something follows the last entry"),
        (put(5 * BLOCK, b"z"), "something follows the last entry"),
        (put(124, b"00000100000\0"), "ends in the middle"),
        (put(124, b"77777777777\0"), "ends in the middle"),
    ],
)
def test_tricks_of_headers(change: Callable[[bytearray], None], said: str) -> None:
    assert read(edited(lambda raw: None)) == {"policy.toml": b"x" * 600}
    with pytest.raises(BundleMalformed, match=said):
        read(edited(change))


def test_a_wrong_checksum() -> None:
    raw = bytearray(tar(("policy.toml", b"x")))
    raw[0] += 1
    with pytest.raises(BundleMalformed, match="damaged"):
        read(gzip.compress(raw))


GOOD = gzip.compress(tar(("policy.toml", bytes(range(256)) * 20)), mtime=0)


@pytest.mark.parametrize(
    "data, said",
    [
        (b"", "cut off"),
        (b"PK\3\4", "no whole gzip file"),
        (tar(("policy.toml", b"")), "no whole gzip file"),
        (GOOD[:-9], "cut off"),
        (GOOD[:-1], "cut off"),
        (GOOD[:-8] + bytes(8), "no whole gzip file"),
        (GOOD + b"x", "something follows the bundle"),
        (GOOD + GOOD, "something follows the bundle"),
        (gzip.compress(bytes(50_000)), "something follows the last entry"),
        (gzip.compress(b""), "ends in the middle"),
        (zlib.compress(tar(("policy.toml", b""))), "no whole gzip file"),
    ],
)
def test_tricks_of_gzip(data: bytes, said: str) -> None:
    with pytest.raises(BundleMalformed, match=said):
        read(data)


def test_a_bundle_has_a_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ustar, "MAX_PACKED", len(GOOD))
    assert read(GOOD)
    monkeypatch.setattr(ustar, "MAX_PACKED", len(GOOD) - 1)
    with pytest.raises(BundleMalformed, match="bytes at most"):
        read(GOOD)


@given(st.binary(max_size=2000), st.binary(max_size=64), st.integers(0, 6000))
def test_any_bytes_are_a_bundle_or_malformed(tail: bytes, noise: bytes, at: int) -> None:
    raw = bytearray(tar(("policy.toml", b"x" * 600)))
    raw[at : at + len(noise)] = noise
    for data in (tail, gzip.compress(tail), gzip.compress(bytes(raw)), GOOD[:at] + tail):
        try:
            assert all(len(path) < 300 for path in read(data))
        except BundleMalformed:
            continue
