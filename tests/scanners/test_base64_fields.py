"""Base64 in JSON, forms and texts: every file is a child, and what is none is no gap."""

import base64
import hashlib
import json
import os
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples import builders
from samples.builders import Part
from scanners.budget import Budget
from scanners.form_fields import FORM
from scanners.model import Examination, Reason, TypeNode

MakeBudget = Callable[..., Budget]
Examine = Callable[..., Examination]
Findings = Callable[[Examination], set[str]]

PE = builders.pe()
B64 = base64.b64encode(PE).decode()
URL_SAFE = base64.urlsafe_b64encode(PE).decode().rstrip("=")
NOISE = hashlib.shake_256(b"noise").digest(3000)
FOUND = ("pe", "photo.jpg")
JSON = {"declared_type": "application/json"}


def _form(**fields: str) -> bytes:
    return urlencode(fields).encode()


def _members(node: TypeNode | None) -> list[tuple[str, str]]:
    """Return type and name of everything below a node that holds nothing itself."""
    assert node is not None
    inner = [pair for child in node.children for pair in _members(child)]
    return inner or [(child.file_type.name, child.name) for child in node.children]


FILES = {  # body, declared type
    "JSON": (json.dumps({"name": "photo.jpg", "data": B64}).encode(), "application/json"),
    "JSON under another label": (json.dumps([{"data": B64, "name": "photo.jpg"}]).encode(), ""),
    "JSON of a vendor": (json.dumps({"photo.jpg": B64}).encode(), "application/vnd.x+json"),
    "URL-safe": (json.dumps({"photo.jpg": URL_SAFE}).encode(), "application/json"),
    "slashes as PHP writes them": (
        json.dumps({"photo.jpg": B64}).replace("/", "\\/").encode(),
        "application/json",
    ),
    "lines": (
        json.dumps({"photo.jpg": base64.encodebytes(PE).decode()}).encode(),
        "application/json",
    ),
    "data URL": (
        json.dumps({"photo.jpg": f"data:image/png;base64,{B64}"}).encode(),
        "application/json",
    ),
    "rubbish that decoders skip": (
        json.dumps({"photo.jpg": B64.replace("AAAAAAAAAAAAAAAA", "AAAAAAAA!AAAAAAAA")}).encode(),
        "application/json",
    ),
    "rubbish in a data URL": (
        json.dumps({"photo.jpg": "data:a/b;base64," + "!!".join(B64)}).encode(),
        "application/json",
    ),
    "in a message": (
        json.dumps({"text": f"Look, it is nice: data:image/png;name=photo.jpg;base64,{B64} !"})
        .encode(),
        "application/json",
    ),
    "behind a word that is no URL": (
        json.dumps({"name": "photo.jpg", "text": f"data:image/png;name=photo.jpg;base64,{B64}"})
        .encode(),
        "application/json",
    ),
    "JSON in JSON": (
        json.dumps({"payload": json.dumps({"name": "photo.jpg", "data": B64})}).encode(),
        "application/json",
    ),
    "form": (_form(name="photo.jpg", data=B64), FORM),
    "form without percent signs": (f"name=photo.jpg&data={URL_SAFE}".encode(), FORM),
    "form whose sender forgot to code": (f"photo.jpg={B64}".encode(), FORM),
    "data URL in a form": (_form(name="photo.jpg", d=f"data:image/png;base64,{B64}"), FORM),
    "JSON in a form": (_form(payload=json.dumps({"name": "photo.jpg", "data": B64})), FORM),
    "percent alone": (
        "photo.jpg={}".format("".join(f"%{byte:02x}" for byte in PE)).encode(),
        FORM,
    ),
    "page": (
        f'<html><img src="data:image/png;name=photo.jpg;base64,{B64}"></html>'.encode(),
        "text/html",
    ),
    "drawing": (
        f'<svg><image href="data:image/png;name=photo.jpg;base64,{B64}"/></svg>'.encode(),
        "image/svg+xml",
    ),
}  # fmt: skip


@pytest.mark.parametrize("body, declared_type", FILES.values(), ids=FILES)
def test_file(run: Examine, findings: Findings, body: bytes, declared_type: str) -> None:
    found = run(body, declared_type=declared_type)
    assert FOUND in _members(found.types)
    assert "disguise.extension" in findings(found)
    assert found.unscanned == ()
    assert PE in [bytes(one.view) for one in found.extracted], "clamd has to see it"


def test_each_file_under_its_own_name(run: Examine) -> None:
    files = [{"name": f"{number}.exe", "data": B64} for number in range(3)]
    found = run(json.dumps({"files": files}).encode(), **JSON)
    assert _members(found.types) == [("pe", "0.exe"), ("pe", "1.exe"), ("pe", "2.exe")]
    assert [one.path for one in found.extracted] == [("0.exe",), ("1.exe",), ("2.exe",)]


def test_text_field_of_a_form(run: Examine) -> None:
    text = json.dumps({"name": "photo.jpg", "data": B64}).encode()
    body = builders.multipart([Part("payload", text)], "b")
    found = run(body, declared_type="multipart/form-data", parameters=(("boundary", "b"),))
    assert found.detections[0].path == ("payload", "photo.jpg")


def test_archive_in_a_field(run: Examine, findings: Findings) -> None:
    archive = base64.b64encode(builders.zip_of({"photo.jpg.exe": PE})).decode()
    found = run(json.dumps({"name": "a.zip", "data": archive}).encode(), **JSON)
    assert findings(found) == {"archive.executable?", "disguise.double_extension"}
    assert {found.path for found in found.detections} == {("a.zip", "photo.jpg.exe")}


def test_script_with_a_long_text(run: Examine) -> None:
    """Pages that carry a program and have the browser put it together."""
    found = run(f"<html><script>var a = atob('{B64}');</script></html>".encode())
    assert _members(found.types) == [("pe", "base64 1")]


def test_plus_and_minus_are_read_both_ways(run: Examine) -> None:
    """Form decoding makes a plus a blank, which decoders skip, or which was meant."""
    meant = base64.b64encode(PE[:600] + b"\xfb\xef\xbe" * 30 + PE[600:]).decode()
    assert "+" in meant
    found = run(f"data={meant}".encode(), declared_type=FORM)
    assert [kind for kind, _ in _members(found.types)] == ["pe", "pe"]
    mixed = "-".join(B64[start : start + 40] for start in range(0, len(B64), 40))
    assert "pe" in dict(_members(run(json.dumps({"data": mixed + "//"}).encode()).types))


NO_FILES = {
    "hashes": {f"p{n}": "sha512-" + base64.b64encode(os.urandom(64)).decode() for n in range(300)},
    "tokens": ["eyJhbGciOiJIUzI1NiJ9." + "QUJDRA" * 30 + ".c2ln" * 9],
    "addresses": ["https://example.com/a/b/c/" + "path/" * 40],
    "words": ["Some words of a message. " * 50],
    "short files": [base64.b64encode(b"\x1f\x8b\x08").decode()],
    "numbers": [[number / 7 for number in range(300)]],
}


@pytest.mark.parametrize("document", NO_FILES.values(), ids=NO_FILES)
def test_no_file(run: Examine, document: object) -> None:
    found = run(json.dumps(document).encode(), **JSON)
    assert found.types is not None
    assert (found.types.children, found.unscanned, found.extracted) == ((), (), ())


def test_unknown_data_is_a_child_and_no_gap(run: Examine) -> None:
    found = run(json.dumps({"blob": base64.b64encode(NOISE).decode()}).encode(), **JSON)
    assert [bytes(one.view) for one in found.extracted] == [NOISE]
    assert (found.detections, found.unscanned) == ((), ())


def test_broken_off_base64_is_scanned_as_far_as_it_goes(run: Examine) -> None:
    found = run(json.dumps({"photo.jpg": B64[:-3] + "?" + NOISE.hex()[:60]}).encode(), **JSON)
    assert FOUND in _members(found.types)
    assert found.unscanned == ()


@pytest.mark.parametrize("raw", [PE, builders.jpeg(), builders.zip_of({"a.txt": b"x"}), NOISE])
def test_raw_bytes_labelled_as_a_form(run: Examine, findings: Findings, raw: bytes) -> None:
    """How Slack uploads, and how HTTP libraries label what nobody labelled."""
    found = run(raw, declared_type=FORM)
    assert found.types is not None
    assert found.types.file_type == run(raw).types.file_type  # type: ignore[union-attr]
    assert findings(found) == findings(run(raw))


def test_raw_text_labelled_as_a_form(run: Examine) -> None:
    page = "<p>This &amp; that; <a href='x?a=b&c=d'>100% = all</a></p>\n" * 2000
    found = run(page.encode(), declared_type=FORM)
    assert (found.extracted, found.unscanned) == ((), ())


@pytest.mark.parametrize(
    "limit, reason",
    [
        ({"members": 2}, Reason.TOO_MANY),
        ({"size": 2000}, Reason.TOO_LARGE),
        ({"seconds": -1}, Reason.TIMED_OUT),
    ],
)
def test_beyond_the_budget(
    run: Examine, new_budget: MakeBudget, limit: dict[str, int], reason: Reason
) -> None:
    body = json.dumps([{"data": B64}] * 5).encode()
    found = run(body, new_budget(**limit), **JSON)
    assert reason in {gap.reason for gap in found.unscanned}


def test_depth_beyond_the_budget(run: Examine, new_budget: MakeBudget) -> None:
    text = json.dumps({"data": B64})
    for _ in range(3):
        text = json.dumps({"data": base64.b64encode(text.encode()).decode()})
    assert _members(run(text.encode()).types) == [("pe", "data")]
    found = run(text.encode(), new_budget(depth=3))
    assert [gap.reason for gap in found.unscanned] == [Reason.TOO_DEEP]


HOSTILE = [b'"', b"\\", b"A", b"data:;base64,", b"base64,", b"%41", b"&a=", b"A" * 59 + b" ", b"="]


@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.parametrize("declared_type", ["application/json", FORM, "text/html"])
def test_hostile_bodies_are_quick(run: Examine, piece: bytes, declared_type: str) -> None:
    """A search that began anew at every place would not end within the budget's 20 seconds."""
    body = (piece * 1_000_000)[:1_000_000]
    found = run(body, declared_type=declared_type)
    assert Reason.TIMED_OUT not in {gap.reason for gap in found.unscanned}


@given(
    st.lists(
        st.sampled_from(
            [
                b'"',
                b"\\",
                b"{",
                b"}",
                b":",
                b"data:;base64,",
                B64.encode(),
                b"%41",
                b"&",
                b"a=",
                b"+",
            ]
        ),
        max_size=12,
    ),
    st.sampled_from(["application/json", FORM, "text/plain"]),
)
def test_any_body(run: Examine, pieces: list[bytes], declared_type: str) -> None:
    found = run(b"".join(pieces), declared_type=declared_type)
    assert Reason.CRASHED not in {gap.reason for gap in found.unscanned}
