"""Files as messages and web applications carry them: in mail, in JSON, in forms, in pages."""

import binascii
import json
from base64 import b64encode, encodebytes
from urllib.parse import urlencode

from samples import builders as b
from samples.specimen import Specimen

MAIL, JSON = "message/rfc822", "application/json"
FORM = "application/x-www-form-urlencoded"
DISGUISED = ("disguise.extension", "disguise.mime")
HEAD = (
    b"From: Alice <alice@example.com>\r\nTo: Bob <bob@example.com>\r\n"
    b"Date: Mon, 01 Jan 2024 00:00:00 +0000\r\nMessage-ID: <1@example.com>\r\n"
    b"Subject: Holiday\r\nMIME-Version: 1.0\r\n"
)


def mail(file_name: str, content_type: str, data: bytes) -> bytes:
    """Return a mail with one attachment.  (RFC 5322, 2045)"""
    text = encodebytes(data).replace(b"\n", b"\r\n")
    parts = [
        b.Part("text", b"See the attachment.", content_type="text/plain; charset=utf-8"),
        b.Part("file", text, file_name, content_type, "base64"),
    ]
    return HEAD + b"Content-Type: multipart/mixed; boundary=m\r\n\r\n" + b.multipart(parts, "m")


def uuencoded(file_name: str, data: bytes) -> bytes:
    """Return `begin 644 … end`, as old mail programs put files into texts."""
    pieces = (data[start : start + 45] for start in range(0, len(data), 45))
    lines = b"".join(binascii.b2a_uu(piece) for piece in pieces).replace(b"\n", b"\r\n")
    return b"begin 644 " + file_name.encode() + b"\r\n" + lines + b"`\r\nend\r\n"


def message_specimens() -> tuple[Specimen, ...]:
    program = b.pe()
    text = b64encode(program).decode()
    picture = f"data:image/png;base64,{b64encode(b.png()).decode()}"
    forwarded = mail("holiday.eml", MAIL, mail("holiday.jpg", "image/jpeg", program))
    upload = json.dumps({"name": "holiday.jpg", "mimetype": "image/jpeg", "content": text})
    page = f'<html><img src="{picture}"></html>'
    return (
        Specimen(
            "holiday.eml", mail("holiday.jpg", "image/jpeg", program), MAIL, expected=DISGUISED,
            about="A mail with a program as a picture.",
        ),
        Specimen(
            "forwarded", forwarded, expected=DISGUISED,
            about="The same, attached to another mail, and declared as nothing.",
        ),
        Specimen(
            "old-holiday.eml", HEAD + b"\r\nLook:\r\n" + uuencoded("holiday.jpg", program), MAIL,
            expected=("disguise.extension",), about="A mail with an uuencoded program.",
        ),
        Specimen(
            "letter.eml", mail("chart.png", "image/png", b.png()), MAIL,
            about="A mail with a picture.",
        ),
        Specimen(
            "upload.json", upload.encode(), JSON, expected=DISGUISED,
            about="A program as a picture, in base64 in a JSON document.",
        ),
        Specimen(
            "upload", urlencode({"name": "holiday.jpg", "content": text}).encode(), FORM,
            expected=("disguise.extension",), about="The same in a field of a form.",
        ),
        Specimen(
            "raw-upload", b.jpeg(), FORM, about="A picture that is labelled as a form.",
        ),
        Specimen(
            "gallery.html", page.encode(), "text/html", about="A page with a picture in it.",
        ),
        Specimen(
            "chat.json", json.dumps({"text": "Hello. " * 40, "avatar": picture}).encode(), JSON,
            about="A message with a small picture.",
        ),
    )  # fmt: skip
