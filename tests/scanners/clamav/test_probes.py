"""The probes are ZIPs that others can read too, new each time, and their answers are judged."""

import io
import zipfile

import pytest

from scanners.clamav.probes import (
    NESTING,
    deep_probe,
    encrypted_probe,
    missing_settings,
    zip_of_one,
)
from scanners.clamav.reply import Answer, Clean, Failed, Found

NOISE = bytes(range(24))
ENCRYPTED = Found("Heuristics.Encrypted.Zip")
DEEP = Found("Heuristics.Limits.Exceeded.MaxRecursion")


def test_a_zip_that_others_can_read() -> None:
    with zipfile.ZipFile(io.BytesIO(zip_of_one(b"name", b"content"))) as archive:
        assert archive.testzip() is None
        assert archive.read("name") == b"content"


def test_the_encrypted_probe_says_that_it_is_encrypted() -> None:
    with zipfile.ZipFile(io.BytesIO(encrypted_probe(NOISE))) as archive:
        (member,) = archive.infolist()
        assert member.flag_bits & 1
        with pytest.raises(RuntimeError, match="encrypted"):
            archive.read(member)


def test_the_deep_probe_is_as_deep_as_it_says_and_small() -> None:
    content, depth = deep_probe(NOISE), 0
    assert len(content) < 16 * 1024
    while zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content, depth = archive.read("a"), depth + 1
    assert (content, depth) == (NOISE, NESTING)


def test_no_part_of_a_probe_comes_again() -> None:
    assert deep_probe(NOISE) != deep_probe(NOISE[::-1])
    assert encrypted_probe(NOISE) != encrypted_probe(NOISE[::-1])


@pytest.mark.parametrize(
    "encrypted, deep, missing",
    [
        (ENCRYPTED, DEEP, ""),
        (ENCRYPTED, Found("Heuristics.Limits.Exceeded.MaxScanTime"), ""),
        (Clean(), DEEP, "AlertEncrypted yes"),
        (ENCRYPTED, Clean(), "AlertExceedsMax yes"),
        (Found("Some.Signature"), DEEP, "AlertEncrypted yes"),
        (ENCRYPTED, Failed("Exceeded max recursion depth"), "AlertExceedsMax yes"),
        (DEEP, ENCRYPTED, "AlertEncrypted yes"),
    ],
)
def test_what_is_missing_is_named(encrypted: Answer, deep: Answer, missing: str) -> None:
    said = missing_settings(encrypted, deep)
    assert missing in said
    assert bool(missing) == bool(said)
