"""Encrypted PDF: opened without a password or with one that we have, else a gap."""

import io
import random
import zlib
from collections.abc import Callable
from typing import Literal

import pikepdf
import pytest

from samples import builders
from samples.pdf_locks import locked_pdf, locked_pdf_aes
from scanners.budget import Budget
from scanners.company import clues_of_hints
from scanners.documents.pdf_encryption import PdfEncryptionScanner
from scanners.errors import ContentTooLarge, ScannerError
from scanners.kit import Kit
from scanners.model import Code, Content, DetectionLevel, Reason, Report
from scanners.passwords.keyring import Keyring
from scanners.types.identify import TypeScanner
from scanners.types.table import TypeTable

MakeBudget = Callable[..., Budget]
Scan = Callable[..., Report]
Revision = Literal[2, 3, 4, 6]
WORD = "X7k!"
WAYS: list[tuple[Revision, bool]] = [(2, False), (3, False), (4, False), (4, True), (6, True)]


@pytest.fixture
def scan(table: TypeTable, new_budget: MakeBudget) -> Scan:
    scanner = PdfEncryptionScanner(Kit(table, TypeScanner(table).identify, Keyring((), b"k")))

    def call(data: bytes, *hints: str, **budget: int) -> Report:
        clues = clues_of_hints(hints)
        content = Content(memoryview(data), "a.pdf", "application/pdf", path=("x",), clues=clues)
        return scanner.scan(content, new_budget(**budget))

    return call


def _made(user: str, revision: Revision, *, aes: bool, packed: bool = False) -> bytes:
    """Return a document by qpdf itself, its one page saying "inert words"."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.pages[0].Contents = pdf.make_stream(b"(inert words) Tj")
        body = io.BytesIO()
        pdf.save(
            body,
            encryption=pikepdf.Encryption(
                owner="owner", user=user, R=revision, aes=aes, metadata=aes
            ),
            compress_streams=False,
            object_stream_mode=pikepdf.ObjectStreamMode.generate
            if packed
            else pikepdf.ObjectStreamMode.disable,
        )
    return body.getvalue()


@pytest.mark.parametrize("revision, aes", WAYS)
@pytest.mark.parametrize("packed", [False, True])
def test_who_has_the_password_sees_it_in_clear(
    scan: Scan, revision: Revision, aes: bool, packed: bool
) -> None:
    data = _made(WORD, revision, aes=aes, packed=packed)
    assert b"inert words" not in data
    report = scan(data, "wrong", WORD)
    (child,) = report.children
    assert b"inert words" in bytes(child.view)
    assert b"/Encrypt" not in bytes(child.view)
    assert (child.name, child.path, child.hidden_from_clamav) == ("a.pdf", ("x",), True)
    assert report.unlocked
    assert not report.unscanned
    assert [(one.code, one.name) for one in report.detections] == [
        (Code.DOCUMENT_ENCRYPTED, "opened")
    ]
    assert WORD not in repr(report)


@pytest.mark.parametrize("revision, aes", WAYS)
def test_one_that_opens_for_everybody_is_ordinary(
    scan: Scan, revision: Revision, aes: bool
) -> None:
    report = scan(_made("", revision, aes=aes))
    (child,) = report.children
    assert b"inert words" in bytes(child.view)
    assert not child.hidden_from_clamav
    assert not report.unscanned
    assert not report.unlocked
    assert [(one.name, one.level) for one in report.detections] == [
        ("no_password", DetectionLevel.INFO)
    ]


@pytest.mark.parametrize("data", [locked_pdf(b"nobody"), locked_pdf_aes(b"nobody")])
def test_without_the_password_it_is_a_gap(scan: Scan, data: bytes) -> None:
    report = scan(data, WORD)
    assert [(gap.reason, gap.path) for gap in report.unscanned] == [(Reason.ENCRYPTED, ("x",))]
    assert not report.children


def test_our_own_builders_agree_with_qpdf() -> None:
    for data in (locked_pdf(b"word"), locked_pdf_aes(b"word")):
        for password in ("word", "owner"):
            with pikepdf.open(io.BytesIO(data), password=password) as pdf:
                assert b"Inert specimen" in pdf.pages[0].Contents.read_bytes()


@pytest.mark.parametrize("name", [b"/#45ncrypt", b"/Encr#79pt", b"/#45#6e#63#72#79#70#74"])
def test_a_name_in_numbers_hides_nothing(scan: Scan, name: bytes) -> None:
    data = locked_pdf(b"nobody").replace(b"/Encrypt", name)
    assert {gap.reason for gap in scan(data).unscanned} == {Reason.ENCRYPTED}


@pytest.mark.parametrize(
    "data",
    [builders.pdf(), builders.pdf("about /Encrypt in a text"), builders.pdf("/EncryptMetadata"),
     b"/Encrypt", b"", builders.zip_of({"a": b"/Encrypt"})],
)  # fmt: skip
def test_what_is_not_encrypted_is_passed_by(scan: Scan, data: bytes) -> None:
    assert scan(data, WORD) == Report()


def test_an_unknown_way_is_a_gap(scan: Scan) -> None:
    data = locked_pdf(b"").replace(b"/Filter /Standard", b"/Filter /Adobe.PubSec")
    assert scan(data).unscanned
    assert not scan(data).children


def test_damage_is_a_gap_or_a_document_and_nothing_else(scan: Scan) -> None:
    chance = random.Random(7)  # noqa: S311 - the same damage each time
    for data in (locked_pdf(b"word"), locked_pdf_aes(b""), _made("", 6, aes=True, packed=True)):
        for _ in range(60):
            broken = bytearray(data)
            for _ in range(chance.randrange(1, 20)):
                broken[chance.randrange(len(broken))] = chance.randrange(256)
            report = scan(bytes(broken), "word")
            assert report == Report() or report.children or report.unscanned
    for size in range(0, len(locked_pdf(b"")), 50):
        scan(locked_pdf(b"")[:size])


def test_what_is_in_clear_counts(scan: Scan) -> None:
    data = _made("", 3, aes=False)
    with pytest.raises(ContentTooLarge):
        scan(data, size=len(data) // 3)


def test_an_object_stream_that_is_a_bomb_ends_at_the_budget(scan: Scan) -> None:
    bomb = zlib.compress(b"4 0 " + b"(" + b"a" * 30_000_000 + b")", 9)
    keys = b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>" % len(bomb)
    data = locked_pdf(b"").replace(
        b"xref\n", b"9 0 obj\n%b\nstream\n%b\nendstream\nendobj\nxref\n" % (keys, bomb), 1
    )
    try:
        report = scan(data, size=1_000_000)
    except ScannerError:
        return
    assert report.unscanned or sum(len(child.view) for child in report.children) <= 1_000_000
