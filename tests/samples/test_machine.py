"""What no compression library had a hand in is told from the rest, however deep the hand is."""

from samples.catalogue import find, specimens
from samples.machine import digest, same_everywhere
from samples.specimen import Specimen

SAME = same_everywhere(specimens())
PACKERS = {"bzip2.zip", "lzma.zip", "zstd.zip", "xz.zip", "text-br.txt", "deflate64.zip"}


def test_plain_bytes_are_the_same() -> None:
    assert {"eicar.com", "choke.exe", "notes.txt", "report.lnk", "form-eicar-base64"} <= SAME


def test_own_packers_are_the_same_too() -> None:
    """Stored members, our own encryption, our own compression of macros."""
    assert {"stored.zip", "notes.lzh", "notes.txt.Z", "letter-macro.doc", "video_4321.zip"} <= SAME


def test_what_a_library_packs_varies() -> None:
    assert PACKERS | {"notes.zip", "text-gzip.txt", "text-zstd.txt", "chart.png"} <= _all()
    assert not PACKERS & SAME
    assert not {"notes.zip", "text-gzip.txt", "text-zstd.txt", "chart.png"} & SAME


def test_what_wraps_such_a_thing_varies() -> None:
    """Encrypted, in base64, in a compound file: none shows the packed bytes."""
    assert not {"locked.zip", "infected-aes.zip", "chat.json", "slides-macro.ppt"} & SAME


def test_other_bytes_of_the_name_are_not_the_same() -> None:
    other = Specimen("notes.txt", find("notes.txt").data + b"!")
    assert same_everywhere([other, Specimen("unheard.txt", b"")]) == frozenset()


def test_digest() -> None:
    """NIST's example of one block, FIPS 180-2 B.1."""
    assert digest(b"abc").startswith("ba7816bf8f01cfea414140de5dae2223")
    assert len(digest(b"abc")) == 64


def _all() -> set[str]:
    return {specimen.name for specimen in specimens()}
