"""Encrypted Office documents: opened with a password that we have, else a gap, never a crash."""

import io
import random
import time
from collections.abc import Callable
from dataclasses import replace

import docx
import msoffcrypto
import pytest

from samples import builders
from samples.documents_encrypted import package
from samples.office_locks import agile, letter, standard, workbook
from scanners.budget import Budget
from scanners.company import clues_of_hints
from scanners.documents.office_encryption import OfficeEncryptionScanner
from scanners.errors import ContentTooLarge
from scanners.kit import Kit
from scanners.model import Code, Content, DetectionLevel, Reason, Report
from scanners.passwords.keyring import Keyring
from scanners.types.identify import TypeScanner
from scanners.types.table import TypeTable

MakeBudget = Callable[..., Budget]
Scan = Callable[..., Report]
WORD = "X7k!ö密"
PACKAGE = package()
SPINS = b'spinCount="1000" saltSize="16"'


@pytest.fixture
def scan(table: TypeTable, new_budget: MakeBudget) -> Scan:
    scanner = OfficeEncryptionScanner(Kit(table, TypeScanner(table).identify, Keyring((), b"k")))

    def call(data: bytes, *hints: str, **budget: int) -> Report:
        clues = clues_of_hints(hints)
        content = Content(memoryview(data), "letter.docx", "a/b", path=("x",), clues=clues)
        return scanner.scan(content, new_budget(**budget))

    return call


@pytest.mark.parametrize(
    "data, clear",
    [
        (agile(PACKAGE, WORD), PACKAGE),
        (agile(PACKAGE * 20, WORD, spins=0), PACKAGE * 20),
        (standard(PACKAGE, WORD), PACKAGE),
        (workbook(WORD, b"text of a cell"), b"text of a cell"),
        (letter(WORD, b"text of a letter"), b"text of a letter"),
    ],
    ids=["agile", "agile of several segments", "standard", "RC4 of Excel", "RC4 of Word"],
)
def test_with_the_password_it_is_a_document_in_clear(scan: Scan, data: bytes, clear: bytes) -> None:
    report = scan(data, "wrong", WORD)
    (child,) = report.children
    assert clear in bytes(child.view)
    assert (child.name, child.declared_type, child.path) == ("letter.docx", "a/b", ("x",))
    assert child.hidden_from_clamav
    assert report.unlocked
    assert not report.unscanned
    (found,) = report.detections
    assert (found.code, found.name, found.level) == (
        Code.DOCUMENT_ENCRYPTED, "opened", DetectionLevel.INFO,
    )  # fmt: skip
    assert WORD not in repr(report)
    assert "url" in found.detail

    locked = scan(data, "wrong")
    assert not locked.children
    assert not locked.unlocked
    assert [(gap.reason, gap.path) for gap in locked.unscanned] == [(Reason.ENCRYPTED, ("x",))]
    assert [found.name for found in locked.detections] == ["encrypted"]


def test_a_real_document(scan: Scan) -> None:
    document, plain, sealed = docx.Document(), io.BytesIO(), io.BytesIO()
    document.add_paragraph("Inert text.")
    document.save(plain)
    msoffcrypto.OfficeFile(plain).encrypt(WORD, sealed)
    (child,) = scan(sealed.getvalue(), WORD).children
    assert bytes(child.view) == plain.getvalue()


@pytest.mark.parametrize(
    "data",
    [builders.word(), builders.msi(), builders.pdf(), PACKAGE, b"", builders.ole({"Workbook": b""}),
     builders.word()[:400]],
)  # fmt: skip
def test_what_is_not_encrypted_is_passed_by(scan: Scan, data: bytes) -> None:
    assert scan(data, WORD) == Report()


@pytest.mark.parametrize(
    "data",
    [
        agile(builders.pe(), WORD),
        agile(PACKAGE, WORD).replace(SPINS, b'spinCount="9999999" saltSiz=""'),
        agile(PACKAGE, WORD).replace(b"SHA512", b"SHA999"),
        agile(PACKAGE, WORD).replace(b"encryptedKey ", b"encryptedCat "),
        agile(PACKAGE, WORD).replace(b'keyBits="256"', b'keyBits="-12"'),
        standard(PACKAGE, WORD).replace(b"\x0e\x66\0\0", b"\x01\x68\0\0"),
        builders.ole({"EncryptedPackage": b"", "\x06DataSpaces": b""}),
        builders.ole({"EncryptedPackage": b"", "EncryptionInfo": b""}),
        builders.ole({"EncryptedPackage": b"", "EncryptionInfo": b"\4\0\3\0"}),
        builders.ole({"WordDocument": bytes(10) + b"\0\1"}),
        builders.ole({"Workbook": b"\x09\x08\0\0\x2f\0\xff\xff"}),
        builders.ole({"Current User": bytes(12) + b"\xdf\xc4\xd1\xf3"}),
    ],
)
def test_what_nobody_can_open_is_a_gap(scan: Scan, data: bytes) -> None:
    started = time.process_time()
    report = scan(data, WORD)
    assert {gap.reason for gap in report.unscanned} == {Reason.ENCRYPTED}
    assert not report.children
    assert time.process_time() - started < 1


def test_damage_is_a_gap_or_a_document_and_nothing_else(scan: Scan) -> None:
    chance = random.Random(7)  # noqa: S311 - the same damage each time
    for data in (agile(PACKAGE, WORD, spins=10), workbook(WORD), letter(WORD)):
        for _ in range(150):
            broken = bytearray(data)
            for _ in range(chance.randrange(1, 20)):
                broken[chance.randrange(len(broken))] = chance.randrange(256)
            report = scan(bytes(broken), WORD)
            assert report == Report() or report.children or report.unscanned


def test_what_is_in_clear_counts(scan: Scan) -> None:
    with pytest.raises(ContentTooLarge):
        scan(agile(PACKAGE, WORD), WORD, size=len(PACKAGE) - 1)


def test_coded_contents_are_passed_by(table: TypeTable, new_budget: MakeBudget) -> None:
    scanner = OfficeEncryptionScanner(Kit(table, TypeScanner(table).identify))
    content = Content(memoryview(agile(PACKAGE, WORD)))
    assert scanner.scan(replace(content, codings=("gzip",)), new_budget()) == Report()
