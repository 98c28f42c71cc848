"""Messages of Outlook: attachments under all names, texts, messages within messages."""

from samples.compound_tree import Tree, compound
from scanners.ole.compound import open_compound
from scanners.ole.message import Attached, attached, is_message

PROPERTIES: Tree = {"__properties_version1.0": bytes(32)}


def wide(text: str) -> bytes:
    return text.encode("utf-16-le")


def attachment(data: bytes | Tree, **names: bytes) -> Tree:
    tag = "37010102" if isinstance(data, bytes) else "3701000D"
    rows = {f"__substg1.0_{key[1:]}": value for key, value in names.items()}
    return {**PROPERTIES, f"__substg1.0_{tag}": data, **rows}


def read(tree: Tree) -> list[Attached]:
    opened = open_compound(memoryview(compound({**PROPERTIES, **tree})))
    assert is_message(opened)
    return list(attached(opened))


def test_names_and_type_of_an_attachment() -> None:
    inside = attachment(
        b"data", _3707001F=wide("invoice.pdf.exe"), _3704001F=wide("INVOIC~1.EXE"),
        _3001001F=wide("Invoice"), _370E001F=wide("Application/PDF"),
    )  # fmt: skip
    (part,) = read({"__attach_version1.0_#00000000": inside})
    assert part.names == ("invoice.pdf.exe", "INVOIC~1.EXE", "Invoice")
    assert part.declared_type == "application/pdf"


def test_names_in_bytes_beside_those_in_utf_16() -> None:
    inside = attachment(b"data", _3707001F=wide("a.pdf"), _3707001E=b"a.exe")
    (part,) = read({"__attach_version1.0_#00000000": inside})
    assert part.names == ("a.pdf", "a.exe")


def test_a_signed_message_has_its_boundary_in_itself() -> None:
    inside = attachment(
        b"Content-Type: multipart/signed; boundary=a", _370E001F=wide("Multipart/Signed")
    )
    (part,) = read({"__attach_version1.0_#00000000": inside})
    assert part.declared_type == ""


def test_an_attachment_without_name() -> None:
    (part,) = read({"__attach_version1.0_#00000000": attachment(b"data")})
    assert part.names == ("attachment",)


def test_texts() -> None:
    parts = read({
        "__substg1.0_1000001F": wide("text"), "__substg1.0_10130102": b"<p>text",
        "__substg1.0_10090102": b"rtf",
    })  # fmt: skip
    assert [(part.names[0], part.compressed) for part in parts] == [
        ("body.txt", False),
        ("body.html", False),
        ("body.rtf", True),
    ]


def test_a_message_within_a_message() -> None:
    deep = {
        **PROPERTIES,
        "__substg1.0_1000001F": wide("inner text"),
        "__attach_version1.0_#00000000": attachment(b"data", _3707001F=wide("a.exe")),
    }
    inside = attachment(deep, _3001001F=wide("Fwd: news"))
    parts = read({"__attach_version1.0_#00000000": inside})
    assert {(part.folder, part.names[0]) for part in parts} == {
        (("Fwd: news",), "body.txt"),
        (("Fwd: news",), "a.exe"),
    }


def test_a_document_is_no_message() -> None:
    assert not is_message(open_compound(memoryview(compound({"WordDocument": b"w"}))))
