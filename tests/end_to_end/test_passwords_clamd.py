"""clamd has no password: what we opened is clean in the end, and what nobody opened never is."""

import io
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pikepdf
import pytest
import pyzipper
from httpx import Client

from samples.builders import eicar, encrypted_zip, jpeg, pe, tar_of, zip_of
from samples.documents_encrypted import package
from samples.office_locks import agile, workbook
from samples.rar_archives import RarFile, rar4, rar5

pytestmark = pytest.mark.server

WORD = "nAme-word5"
FILES = {"photo.jpg": jpeg(), "notes.txt": b"text\n" * 99}
Judge = Callable[..., dict[str, object]]


@pytest.fixture
def judge(api: Client) -> Judge:
    """Hand a file in; its name is its password."""

    def call(data: bytes, name: str = f"{WORD}.bin") -> dict[str, object]:
        answer = api.post("/v1/scans", params={"name": name}, content=data)
        assert answer.status_code == 200
        found = answer.json()
        assert isinstance(found, dict)
        return found

    return call


def names(found: dict[str, object]) -> set[str]:
    assert isinstance(found["detections"], list)
    return {row["name"] for row in found["detections"]}


def reasons(found: dict[str, object]) -> set[str]:
    assert isinstance(found["unscanned"], list)
    return {row["reason"] for row in found["unscanned"]}


def packed(folder: Path, files: Mapping[str, bytes], *options: str) -> bytes:
    """Return what 7-Zip makes of the files."""
    for name, data in files.items():
        (folder / name).write_bytes(data)
    archive = folder / "made"
    command = ["7zz", "a", *options, str(archive), *files]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return next(folder.glob("made*")).read_bytes()


def aes_zip(files: Mapping[str, tuple[bytes, str]]) -> bytes:
    """Return a ZIP each of whose members has a password of its own, or none."""
    body = io.BytesIO()
    with pyzipper.AESZipFile(body, "w", pyzipper.ZIP_DEFLATED) as made:
        for name, (data, word) in files.items():
            made.setencryption(pyzipper.WZ_AES if word else None)
            made.setpassword(word.encode() or None)
            made.writestr(name, data)
    return body.getvalue()


def locked_pdf(revision: int) -> bytes:
    body = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(body, encryption=pikepdf.Encryption(owner="o", user=WORD, R=revision))  # type: ignore[arg-type]
    return body.getvalue()


OPENED: dict[str, tuple[Callable[[Path], bytes], str]] = {
    "ZipCrypto": (lambda _: encrypted_zip(FILES, WORD.encode()), "Zip"),
    "AES": (lambda _: aes_zip({name: (data, WORD) for name, data in FILES.items()}), "Zip"),
    "a plain member too": (
        lambda _: aes_zip({"a.txt": (b"text", WORD), "b.txt": (b"text", "")}), "Zip",
    ),
    "ZIP by 7-Zip": (lambda folder: packed(folder, FILES, "-tzip", f"-p{WORD}"), "Zip"),
    "7z": (lambda folder: packed(folder, FILES, "-t7z", f"-p{WORD}"), "7Zip"),
    "7z with names": (
        lambda folder: packed(folder, FILES, "-t7z", f"-p{WORD}", "-mhe=on"), "7Zip",
    ),
    "PDF": (lambda _: locked_pdf(4), "PDF"),
    "PDF with AES": (lambda _: locked_pdf(6), "PDF"),
    "Office": (lambda _: agile(package(), WORD), ""),
    "Office 97": (lambda _: workbook(WORD), ""),
    "RAR 5": (lambda _: rar5([RarFile("a.txt", b"text" * 99, WORD)]), ""),
    "RAR 4": (lambda _: rar4([RarFile("a.txt", b"text" * 99, WORD)]), ""),
    "ZIP in ZIP": (
        lambda _: zip_of({"in.zip": encrypted_zip(FILES, WORD.encode()), "b.txt": b"text"}), "Zip",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", OPENED.values(), ids=OPENED)
def test_what_was_opened_is_clean(
    judge: Judge, tmp_path: Path, case: tuple[Callable[[Path], bytes], str]
) -> None:
    build, alarm = case
    data = build(tmp_path)
    found = judge(data)
    assert (found["level"], found["unscanned"]) == ("clean", [])
    assert "opened" in names(found)
    if alarm:
        assert f"Heuristics.Encrypted.{alarm}" in names(found)
    locked = judge(data, "other.bin")
    assert (locked["level"], reasons(locked)) == ("unknown", {"encrypted"})
    assert locked["action"] == "block"


@pytest.mark.parametrize("options", [("-tzip",), ("-t7z",), ("-t7z", "-mhe=on")])
def test_what_lies_in_it_is_scanned(judge: Judge, tmp_path: Path, options: tuple[str, ...]) -> None:
    files = {"notes.txt": eicar(), "photo.jpg": pe()}
    found = judge(packed(tmp_path, files, f"-p{WORD}", *options))
    assert found["level"] == "malicious"
    assert isinstance(found["detections"], list)
    assert {"signature.clamav", "disguise.extension"} <= {
        row["code"] for row in found["detections"]
    }


LOCKED: dict[str, Callable[[Path], bytes]] = {
    "one of two members": lambda _: aes_zip({"a": (b"a", WORD), "b": (b"b", "none has it")}),
    "one of two archives": lambda _: zip_of(
        {"a": encrypted_zip(FILES, WORD.encode()), "b": encrypted_zip(FILES)}
    ),
    "a plain member that is locked in another format": lambda folder: aes_zip(
        {"a": (b"a", WORD), "b.7z": (packed(folder, FILES, "-t7z", "-pnone has it"), "")}
    ),
    "what was opened holds what was not": lambda _: encrypted_zip(
        {"in.zip": encrypted_zip(FILES)}, WORD.encode()
    ),
    "behind the end of a tar": lambda _: (
        tar_of({"in.zip": encrypted_zip(FILES, WORD.encode())}) + encrypted_zip(FILES)
    ),
}


@pytest.mark.parametrize("build", LOCKED.values(), ids=LOCKED)
def test_what_nobody_opened_is_a_gap(
    judge: Judge, tmp_path: Path, build: Callable[[Path], bytes]
) -> None:
    found = judge(build(tmp_path))
    assert "encrypted" in reasons(found)
    assert found["action"] == "block"
