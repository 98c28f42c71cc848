"""Each key of a clause that looks at the transfer: what matches, what does not, what is refused."""

import math
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scanners.model import Code, Detection, DetectionLevel, Family, FileType, Level, TypeNode
from verdicts.clause import Case
from verdicts.clause_keys import byte_count, keys_beside
from verdicts.model import Action, Direction, NameSource, OtherName, Transfer, Verdict

RULES = Path(__file__).parents[2] / "rules"
KEYS = keys_beside(RULES)
ALLOWING_KEYS = keys_beside(RULES, Action.ALLOW)

TRANSFER = Transfer(
    "id",
    "avscan",
    Direction.UPLOAD,
    datetime(2024, 1, 1, tzinfo=UTC),
    url="https://cdn.example.com/a/b/setup.zip?x=1",
    host="cdn.example.com",
    channel="discord",
    client_ip="10.1.2.3",
    user="CORP\\Bob",
    groups=("CORP\\Staff", "CORP\\Guests"),
    file_name="photo.jpg",
    declared_type="image/jpeg",
    partial=False,
)
TEXT = FileType("text", "text/plain", Family.TEXT)
JPEG = TypeNode(FileType("jpeg", "image/jpeg", Family.IMAGE))
MEMBER = replace(JPEG, member=True)
ZIP = TypeNode(FileType("zip", "application/zip", Family.ARCHIVE), children=(MEMBER,))
LISTED = Detection(Code.HASH_ALLOWED, "hashes", "Allowed.0", DetectionLevel.INFO)
CASE = Case(Verdict(Level.CLEAN, (LISTED,), types=ZIP), TRANSFER, 5 * 1024 * 1024)

ROWS: list[tuple[str, object, bool]] = [
    ("service", "avscan", True),
    ("service", ["respmod", "/avscan"], True),
    ("service", "av", False),
    ("direction", "upload", True),
    ("direction", ["upload", "download"], True),
    ("direction", "download", False),
    ("file_name", "photo.*", True),
    ("file_name", ["*.exe", "*.JPG"], True),
    ("file_name", "photo", False),
    ("true_type", "zip", True),
    ("true_type", "application/*", True),
    ("true_type", "jpeg", False),
    ("true_type", ["pe", "zi?"], True),
    ("declared_type", "image/*", True),
    ("declared_type", "IMAGE/JPEG", True),
    ("declared_type", "image", False),
    ("program", True, False),
    ("program", False, True),
    ("channel", ["telegram", "discord"], True),
    ("channel", "disc*", False),
    ("user", "corp\\bob", True),
    ("user", "*bob", True),
    ("user", "bob", False),
    ("group", "CORP\\guests", True),
    ("group", "*\\admins", False),
    ("client_ip", "10.1.2.3", True),
    ("client_ip", ["192.0.2.0/24", "10.0.0.0/8"], True),
    ("client_ip", ["10.1.2.0/31", "::/0"], False),
    ("host", "cdn.example.com", True),
    ("host", "*.example.com", True),
    ("host", "*.com", True),
    ("host", "*.cdn.example.com", False),
    ("host", "example.com", False),
    ("url", "https://cdn.example.com/*", True),
    ("url", "*.zip?*", True),
    ("url", "https://cdn.example.com/", False),
    ("size", ">= 5 MiB", True),
    ("size", "> 5 MiB", False),
    ("size", "<= 5 MiB", True),
    ("size", "< 5MiB", False),
    ("size", "1 KiB .. 5 MiB", True),
    ("size", "5.5 MiB..1 GiB", False),
    ("size", ["> 1 TiB", "0 B .. 5242880 B"], True),
    ("partial", False, True),
    ("partial", True, False),
    ("hash_allowed", True, True),
    ("hash_allowed", False, False),
]


@pytest.mark.parametrize("key, value, matches", ROWS, ids=str)
def test_a_key_matches(key: str, value: object, *, matches: bool) -> None:
    assert KEYS[key](value)(CASE) is matches


def test_every_key_has_a_match_and_a_miss() -> None:
    assert {(key, matches) for key, _, matches in ROWS} == {
        (key, matches) for key in KEYS for matches in (True, False)
    }


REFUSED: list[tuple[str, object, str]] = [
    ("direction", "up", "knows no 'up'; known: upload, download"),
    ("direction", [], "is an empty list"),
    ("service", 1, "takes a text or a list of texts"),
    ("user", ["a", ""], "takes a text or a list of texts"),
    ("program", "true", "takes true or false"),
    ("hash_allowed", "hash", "takes true or false"),
    ("client_ip", "10.1.2.3/8", "has host bits set"),
    ("client_ip", "localhost", "takes addresses and networks such as 10.1.0.0/16"),
    ("host", "https://a.example", "'https://a.example' is no host"),
    ("host", "A.example", "is no host"),
    ("host", "a.*.example", "is no host"),
    ("size", "5 MB", "does not understand '5 MB'"),
    ("size", "= 5 MiB", "does not understand"),
    ("size", "2 MiB .. 1 MiB", "does not understand"),
    ("size", 5, "takes a text or a list of texts"),
]


@pytest.mark.parametrize("key, value, message", REFUSED, ids=str)
def test_a_wrong_value_is_refused(key: str, value: object, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        KEYS[key](value)


def test_what_a_transfer_lacks_matches_no_pattern() -> None:
    bare = replace(TRANSFER, client_ip="", host="", user="", groups=(), url="")
    case = Case(Verdict(Level.CLEAN), bare, math.inf)
    for key, value in [
        ("client_ip", ["0.0.0.0/0", "::/0"]),
        ("host", "*.example.com"),
        ("user", "?*"),
        ("group", "*"),
        ("true_type", "*"),
        ("size", "0 B .. 999 TiB"),
    ]:
        assert not KEYS[key](value)(case)


def test_a_hostile_address_matches_nothing() -> None:
    case = Case(Verdict(Level.CLEAN), replace(TRANSFER, client_ip="10.1.2.3; x"), 1)
    assert not KEYS["client_ip"]("0.0.0.0/0")(case)


def test_the_type_below_a_content_coding_is_the_type_of_the_file() -> None:
    coded = replace(TRANSFER, codings=("gzip",))
    body = Verdict(Level.CLEAN, types=replace(ZIP, children=(JPEG,)))
    for keys in (KEYS, ALLOWING_KEYS):
        assert keys["true_type"]("jpeg")(Case(body, coded, 1))


def test_a_part_below_other_wrappings_blocks_but_does_not_allow() -> None:
    case = Case(Verdict(Level.CLEAN, types=TypeNode(TEXT, children=(JPEG,))), TRANSFER, 1)
    assert KEYS["true_type"]("jpeg")(case)
    assert not ALLOWING_KEYS["true_type"]("jpeg")(case)


NAMES = (OtherName(NameSource.DISPOSITION, "Setup.EXE"), OtherName(NameSource.URL, "get.php"))


@pytest.mark.parametrize(
    "key, value, blocks, allows",
    [
        ("file_name", "*.exe", True, False),
        ("file_name", "get.php", True, False),
        ("file_name", ["*.jpg", "*.exe"], True, True),
        ("file_name", "*.pdf", False, False),
        ("declared_type", "text/*", True, False),
        ("declared_type", ["text/*", "image/*"], True, True),
    ],
)
def test_one_of_many_names_blocks_and_all_of_them_allow(
    key: str, value: object, *, blocks: bool, allows: bool
) -> None:
    """Who states an innocent name or type as well does not get by with it."""
    transfer = replace(TRANSFER, other_names=NAMES, other_types=("text/html",))
    case = Case(CASE.verdict, transfer, 1)
    assert KEYS[key](value)(case) is blocks
    allowing = keys_beside(Path(__file__).parents[2] / "rules", Action.ALLOW)
    assert allowing[key](value)(case) is allows


@pytest.mark.parametrize("action", [Action.BLOCK, Action.ALLOW])
def test_a_file_without_a_name_matches_no_name(action: Action) -> None:
    keys = keys_beside(Path(__file__).parents[2] / "rules", action)
    assert not keys["file_name"]("*")(Case(CASE.verdict, replace(TRANSFER, file_name=""), 1))


@pytest.mark.parametrize("text, count", [("64 KiB", 65536), ("1B", 1), ("0.5 MiB", 524288)])
def test_a_number_of_bytes(text: str, count: int) -> None:
    assert byte_count(text) == count


@pytest.mark.parametrize("value", [64, "64", "64 KB", "> 1 KiB", ""])
def test_no_number_of_bytes(value: object) -> None:
    with pytest.raises(ValueError, match="takes an amount"):
        byte_count(value)


def test_program_needs_the_table_of_types(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"needs types\.toml beside the policy: .*No such file"):
        keys_beside(tmp_path)["program"](True)
    (tmp_path / "types.toml").write_text("types = 1")
    with pytest.raises(ValueError, match=r"needs types\.toml beside the policy"):
        keys_beside(tmp_path)["program"](True)
