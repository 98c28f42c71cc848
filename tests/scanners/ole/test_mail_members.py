"""Members of a message through the bench: judged like any others."""

import struct
from collections.abc import Callable

from samples import builders
from samples.compound_tree import Tree, compound
from scanners.budget import Budget
from scanners.model import Examination
from tests.scanners.ole.test_message import PROPERTIES, attachment, wide

Examine = Callable[..., Examination]
Findings = Callable[[Examination], set[str]]
RTF = struct.pack("<4I", 12 + 11, 11, 0x414C454D, 0) + b"{\\rtf1 abc}"


def message(tree: Tree) -> bytes:
    return compound({**PROPERTIES, **tree})


def test_attachments_are_judged_like_members(run: Examine, findings: Findings) -> None:
    program = attachment(builders.pe(), _3707001F=wide("photo.jpg.exe"))
    found = run(message({"__attach_version1.0_#00000000": program}), name="news.msg")
    assert findings(found) == {"archive.executable?", "disguise.double_extension"}


def test_a_declared_type_is_held_against_the_content(run: Examine, findings: Findings) -> None:
    tree = attachment(builders.pe(), _3707001F=wide("tool.exe"), _370E001F=wide("image/png"))
    found = run(message({"__attach_version1.0_#00000000": tree}), name="news.msg")
    assert "disguise.mime" in findings(found)


def test_texts_are_members(run: Examine) -> None:
    tree: Tree = {
        "__substg1.0_1000001F": wide("The password is swordfish."),
        "__substg1.0_10090102": RTF,
    }
    found = run(message(tree), name="news.msg")
    assert found.types is not None
    assert {node.name: node.file_type.name for node in found.types.children} == {
        "body.txt": "text",
        "body.rtf": "rtf",
    }
    assert [bytes(part.view) for part in found.extracted] == [b"{\\rtf1 abc}"]


def test_slashes_in_names_are_no_path(run: Examine, findings: Findings) -> None:
    tree = attachment(b"plain text", _3707001F=wide("/offers 1/2: ../../a.txt"))
    found = run(message({"__attach_version1.0_#00000000": tree}), name="news.msg")
    assert findings(found) == set()


def test_names_of_messages_around_it_are_in_the_path(run: Examine) -> None:
    deep = {
        **PROPERTIES,
        "__attach_version1.0_#00000000": attachment(builders.pe(), _3707001F=wide("a.exe")),
    }
    found = run(
        message({"__attach_version1.0_#00000000": attachment(deep, _3001001F=wide("x/../Fwd"))})
    )
    assert [d.path for d in found.detections] == [("Fwd/a.exe",)]


def test_an_attachment_that_is_cut_is_a_gap(run: Examine, findings: Findings) -> None:
    data = bytearray(message({"__attach_version1.0_#00000000": attachment(bytes(9000))}))
    at = data.index("__substg1.0_37010102".encode("utf-16-le"))
    struct.pack_into("<I", data, at + 120, 20_000)
    assert "unscanned.malformed" in findings(run(bytes(data), name="news.msg"))


def test_bytes_are_counted(
    run: Examine, findings: Findings, new_budget: Callable[..., Budget]
) -> None:
    tree = attachment(bytes(9000), _3707001F=wide("a.bin"))
    data = message({"__attach_version1.0_#00000000": tree})
    assert findings(run(data, new_budget(size=5000))) == {"unscanned.too_large"}
    assert findings(run(data, new_budget(members=0))) == {"unscanned.too_many"}
