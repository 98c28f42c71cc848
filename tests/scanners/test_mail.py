"""Mail: attachments under their names, at any nesting, whether declared as mail or not."""

import binascii
import mailbox
from base64 import encodebytes
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP, default
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples import builders
from scanners.budget import Budget
from scanners.mail import MailScanner
from scanners.model import Content, Examination, Family, FileType, Reason, Report, TypeNode

MakeBudget = Callable[..., Budget]
Examine = Callable[..., Examination]
Findings = Callable[[Examination], set[str]]
PE = builders.pe()
MAIL = FileType("mail", "message/rfc822", Family.TEXT)
RFC822 = {"declared_type": "message/rfc822"}


def _mail(*attached: EmailMessage | tuple[str, bytes], subject: str = "Holiday") -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "a@example.com"
    mail["To"] = "b@example.com"
    mail["Subject"] = subject
    mail["MIME-Version"] = "1.0"
    mail.set_content("See the picture.")
    for one in attached:
        if isinstance(one, EmailMessage):
            mail.add_attachment(one)
        else:
            mail.add_attachment(one[1], maintype="image", subtype="jpeg", filename=one[0])
    return mail


def _paths(node: TypeNode | None, above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    assert node is not None
    return [
        path
        for child in node.children
        for path in [(*above, child.name), *_paths(child, (*above, child.name))]
    ]


@pytest.mark.parametrize("policy", [default, SMTP], ids=["LF", "CRLF"])
@pytest.mark.parametrize("declared_type", ["message/rfc822", "", "text/plain"])
def test_attachment(run: Examine, findings: Findings, policy: object, declared_type: str) -> None:
    data = _mail(("photo.jpg", PE)).as_bytes(policy=policy)  # type: ignore[arg-type]
    found = run(data, declared_type=declared_type)
    assert findings(found) == {"disguise.extension", "disguise.mime"}
    assert found.detections[0].path == ("photo.jpg",)
    assert [bytes(one.view) for one in found.extracted] == [PE]
    assert found.types is not None
    assert found.types.file_type == MAIL


def test_a_length_that_some_gateway_stated_is_no_gap(run: Examine, findings: Findings) -> None:
    data = b"Content-Length: 7\n" + bytes(_mail(("photo.jpg", builders.jpeg())))
    assert findings(run(data, **RFC822)) == set()


def test_forwarded_mail(run: Examine) -> None:
    found = run(bytes(_mail(_mail(_mail(("photo.jpg", PE))))))
    assert found.detections[0].path == ("part 2", "part 2", "photo.jpg")
    assert found.unscanned == ()


def test_mail_of_one_part(run: Examine) -> None:
    head = b"From: a\nMIME-Version: 1.0\nContent-Type: image/jpeg; name=photo.jpg\n"
    body = head + b"Content-Transfer-Encoding: base64\n\n" + encodebytes(PE)
    found = run(body)
    assert _paths(found.types) == [("photo.jpg",)]
    assert {code.code.value for code in found.detections} == {"disguise.extension", "disguise.mime"}


ODD_BEGINNINGS = [b"X-Trace: " + b"x" * 5000 + b"\n", b"Subject: a\n", b"\xff\xfejunk\n"]


@pytest.mark.parametrize("first", ODD_BEGINNINGS, ids=["long", "short", "no header"])
@pytest.mark.parametrize("name", ["a.eml", "a.MHT"])
def test_mail_by_its_name(run: Examine, first: bytes, name: str) -> None:
    """What mail programs open is mail, whatever its first bytes resemble."""
    lines = b"\n".join(
        encodebytes(PE).replace(b"\n", b"")[at : at + 40] for at in range(0, 3000, 40)
    )
    head = b"Content-Type: image/jpeg; name=photo.jpg\nContent-Transfer-Encoding: base64\n\n"
    found = run(first + head + lines, name=name)
    assert ("photo.jpg",) in _paths(found.types)
    assert found.unscanned == ()


def test_text_that_is_named_like_mail(run: Examine) -> None:
    found = run(b"Just a note,\n\nand nothing more.\n", name="note.eml")
    assert (found.detections, found.unscanned) == ((), ())


def test_encoded_names(run: Examine) -> None:
    found = run(bytes(_mail(("Übersicht, die längste von allen, und noch mehr.exe", PE))))
    assert _paths(found.types)[-1] == ("Übersicht, die längste von allen, und noch mehr.exe",)


def test_mails_of_a_mailbox(run: Examine, tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "box")
    box.add(bytes(_mail()))
    box.add(bytes(_mail(("photo.jpg", PE))))
    box.close()
    found = run((tmp_path / "box").read_bytes())
    assert found.detections[0].path == ("mail 2", "photo.jpg")
    assert found.unscanned == ()


def test_uuencoded_block(run: Examine) -> None:
    lines = b"".join(binascii.b2a_uu(PE[at : at + 45]) for at in range(0, len(PE), 45))
    found = run(b"From: a\nMessage-ID: b\n\nHi\nbegin 644 photo.jpg\n" + lines + b"`\nend\n")
    assert found.detections[0].path == ("message", "photo.jpg")


GAPS: dict[str, tuple[bytes, dict[str, str], set[str]]] = {
    "no boundary": (b"From: a\nContent-Type: multipart/mixed\n\nx", RFC822, {"malformed"}),
    "two types": (
        b"Content-Type: multipart/mixed; boundary=b\nContent-Type: text/plain\n\n--b\n\n\n--b--",
        RFC822,
        {"malformed"},
    ),
    "unknown encoding": (b"Content-Transfer-Encoding: x\n\ntext", RFC822, {"malformed"}),
    "no blank line": (b"From: a\nno header", RFC822, {"malformed"}),
    "named as mail": (b"From: a\nMIME-Version: 1\nno header\n\n", {"name": "a.eml"}, {"malformed"}),
    "what only resembles a mail": (b"From: a\nReceived: 1\nno header\n\nx", {}, set()),
    "piece of a mail": (
        b"From: a\nContent-Type: message/partial; number=1\n\nx",
        RFC822,
        {"partial"},
    ),
    "plain": (b"From: a\n\ntext", RFC822, set()),
    "encrypted": (
        b"From: a\nContent-Type: multipart/encrypted; boundary=b\n\n--b\n\nx\n--b--",
        RFC822,
        {"opaque"},
    ),
    "signed as one block": (
        b"From: a\nContent-Type: application/pkcs7-mime\n\n\x30\x80",
        RFC822,
        {"opaque"},
    ),
}


@pytest.mark.parametrize("data, content, expected", GAPS.values(), ids=GAPS)
def test_gaps(run: Examine, data: bytes, content: dict[str, str], expected: set[str]) -> None:
    assert {gap.reason.value for gap in run(data, **content).unscanned} == expected


def test_other_types_are_left_alone(new_budget: MakeBudget) -> None:
    content = Content(memoryview(bytes(_mail(("photo.jpg", PE)))), declared_type="text/plain")
    assert MailScanner().scan(content, new_budget()) == Report()


def test_mails_of_one_another_end_at_the_depth(run: Examine) -> None:
    mail = _mail(("photo.jpg", PE))
    for _ in range(9):
        mail = _mail(mail)
    assert {gap.reason for gap in run(bytes(mail)).unscanned} == {Reason.TOO_DEEP}


def test_mailbox_beyond_the_budget(run: Examine, new_budget: MakeBudget) -> None:
    box = b"From a Mon Jan  1 00:00:00 2024\nFrom: x\nTo: y\n\ntext\n\n" * 50
    found = run(box, new_budget(members=20), **RFC822)
    assert Reason.TOO_MANY in {gap.reason for gap in found.unscanned}


PIECES = [b"From a 00:00 2024\n", b"From: a\n", b"Message-ID: b\n", b"\n", b"--b\n", b"\r\n", b" x"]


@given(st.lists(st.sampled_from([*PIECES, b"Content-Type: multipart/mixed; boundary=b\n"])))
def test_any_mail(run: Examine, pieces: list[bytes]) -> None:
    found = run(b"".join(pieces), **RFC822)
    assert Reason.CRASHED not in {gap.reason for gap in found.unscanned}
