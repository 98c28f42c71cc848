"""Messages hold their files as real ones do: the standard library finds them."""

import base64
import binascii
import email
import json

from samples import builders
from samples.messages import DISGUISED, mail, message_specimens, uuencoded


def test_attachment_is_found_by_others() -> None:
    read = email.message_from_bytes(mail("a.jpg", "image/jpeg", builders.pe()))
    _, text, attached = read.walk()
    assert text.get_payload() == "See the attachment."
    assert attached.get_filename() == "a.jpg"
    assert attached.get_payload(decode=True) == builders.pe()


def test_uuencoded_lines() -> None:
    first, *lines, zero, end, rest = uuencoded("a.jpg", builders.pe()).split(b"\r\n")
    assert (first, zero, end, rest) == (b"begin 644 a.jpg", b"`", b"end", b"")
    assert b"".join(binascii.a2b_uu(line) for line in lines) == builders.pe()


def test_each_disguise_has_an_honest_neighbour() -> None:
    expected = {specimen.name: specimen.expected for specimen in message_specimens()}
    assert expected["holiday.eml"] == expected["upload.json"] == DISGUISED
    assert expected["letter.eml"] == expected["chat.json"] == ()
    upload = {specimen.name: specimen.data for specimen in message_specimens()}["upload.json"]
    assert base64.b64decode(json.loads(upload)["content"]) == builders.pe()
