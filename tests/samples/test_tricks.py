"""Tricks expect the code they are for; near misses expect nothing."""

from samples.tricks import coded, crafted_archives, disguises, near_disguises, wrapped


def test_every_disguise_expects_a_disguise_code() -> None:
    for specimen in disguises():
        assert specimen.expected
        assert all(code.startswith("disguise.") for code in specimen.expected)


def test_near_misses_expect_nothing() -> None:
    assert [specimen.name for specimen in near_disguises() + coded() if specimen.expected] == []


def test_crafted_archives_expect_what_they_were_crafted_for() -> None:
    assert {code for specimen in crafted_archives() for code in specimen.expected} == {
        "archive.ambiguous", "archive.traversal", "disguise.double_extension",
        "disguise.extension", "unscanned.malformed",
    }  # fmt: skip


def test_wrappings_hide_both_good_and_bad() -> None:
    assert {bool(specimen.expected) for specimen in wrapped()} == {True, False}


def test_codings_are_declared() -> None:
    assert {specimen.codings for specimen in coded()} == {
        ("gzip",),
        ("deflate",),
        ("br",),
        ("zstd",),
    }
