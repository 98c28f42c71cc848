"""The shipped ClamAV signatures, loaded by ClamAV itself and held against specimens."""

import asyncio
import hashlib
import io
import os
import re
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from samples.autoit import compiled_autoit
from samples.builders import STORED, lnk, pe, zip_of
from samples.catalogue import find, specimens
from samples.test_file import CLAMAV as EICAR
from samples.test_file import eicar
from scanners.clamav.address import Address
from scanners.clamav.daemon import EmbeddedClamd
from scanners.clamav.reply import Found
from scanners.clamav.stream import scan_stream
from scanners.settings import Limits

CLAMAV = Path(__file__).parents[2] / "rules" / "clamav"
HASH_DIGITS = {".hdb": 32, ".hsb": 64}
"""MD5, SHA-256."""
UTF_8 = 0x800
"""The flag of ZIP: names are UTF-8."""
RUN = "\\".join(("HKCU", "Software", "Microsoft", "Windows", "CurrentVersion", "Run"))
"""In one piece, this file would match the rule for such scripts."""
REMOVAL = b'REGWRITE("HKCU\\Software\\Run", "Yahoo Messengger", "REG_SZ", "%s")\r\n'
SCRIPT = REMOVAL + b'SEND("Images shot in Iraq _ The war will never end")\r\n'
TYPIST = (
    'FileCopy(@ScriptFullPath, "a.exe")\r\n'
    f'RegWrite("{RUN}", "a", "REG_SZ", "a.exe")\r\n'
    'ControlSend("Yahoo! Messenger", "", "", "look")\r\n'
)

pytestmark = pytest.mark.server


def lines(suffix: str) -> list[str]:
    """Return the signatures of all files of this kind, without the comments between them."""
    found = (path.read_text("utf-8").splitlines() for path in CLAMAV.glob(f"*{suffix}"))
    return [line for text in found for line in text if not line.startswith("#")]


def names() -> set[str]:
    """Return the names of all signatures but those of hashes, of which there can be no proof."""
    texts = {line.split(";")[0] for line in lines(".ldb")}
    return texts | {line.split(":")[0] for suffix in (".ndb", ".cdb") for line in lines(suffix)}


def scan(folder: Path, files: Mapping[str, bytes], database: Path = CLAMAV) -> dict[str, str]:
    """Return file name -> signature for what clamscan finds in the files."""
    for name, data in files.items():
        (folder / name).write_bytes(data)
    done = subprocess.run(
        ["clamscan", f"--database={database}", "--no-summary", "--infected", str(folder)],
        capture_output=True, check=False, timeout=100,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr.decode(errors="replace")
    found = done.stdout.decode().splitlines()
    pairs = [line.removesuffix(" FOUND").rsplit(": ", 1) for line in found]
    return {Path(path).name: name.removesuffix(".UNOFFICIAL") for path, name in pairs}


def sigtool(*arguments: str, given: str = "") -> str:
    done = subprocess.run(
        ["sigtool", *arguments], input=given.encode(), capture_output=True, check=True, timeout=100
    )
    said = (done.stdout + done.stderr).decode(errors="replace")
    assert "ERROR" not in said
    return said


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("specimens")
    return scan(folder, {specimen.name: specimen.data for specimen in specimens()})


def test_specimens_are_found(found: dict[str, str]) -> None:
    wanted = {one.name: one.clamav for one in specimens() if one.clamav}
    assert {name: found.get(name) for name in wanted} == wanted


def test_nothing_else_is_found(found: dict[str, str]) -> None:
    """But the test file, in whatever wrapping ClamAV opens."""
    others = {one.name for one in specimens() if not one.clamav}
    eicars = {one.name for one in specimens() if "TEST_Eicar_Nov26" in one.expected}
    assert {name for name in found if name in others} <= eicars
    assert {found[name] for name in found if name in others} <= {EICAR}


def test_every_signature_has_its_proof() -> None:
    assert names() <= {specimen.clamav for specimen in specimens()}


AUTOIT_NEAR_MISSES = {
    "starts.exe": TYPIST.replace("Yahoo! Messenger", "Untitled - Notepad"),
    "away.exe": TYPIST.replace("RegWrite", "RegRead"),
    "install.exe": TYPIST.replace("@ScriptFullPath", "@ScriptDir"),
    "say.exe": TYPIST.replace("ControlSend", "MsgBox"),
    "browser.exe": 'RegWrite("a")\r\nRun("chrome.exe --load-extension=tools")\r\n',
    "codecs.exe": 'RegWrite("a")\r\nRun("codec.exe")\r\n',
}
NAME_NEAR_MISSES = (
    "psecure20x-cgi-install.version6.01.bin.hx.com.txt",
    "my-WinUpdate32Login.exe",
    "PIC13245.EXE",
    "scans/PIC1324.EXE",
    "DSC00432.jpg",
    "DSC_0432.jpg.exe",
    "IMG34814.jpg",
    "video_12345.mp4.exe",
    "video_1234.mp4",
    "video1080.mp4.exe",
    "video.2024.mp4.exe",
    "webcam_004.pif",
    "skype_image.exe",
    "IMG_20141102_1727.scr",
    "photo_high_re.png.js",
    "RES-20250930.lnk",
    "ORCAMENTO_202510.lnk",
    "COMPROVANTE_20251103_101112.lnk",
    "May09-Picture18.JPG",
)
NEAR_MISSES = {
    "goner-one.exe": pe([b"Error While Analyze DirectX!"] * 3),
    "goner-names.exe": pe([b"Error While Analyze DirectX!", b"#pentagonex"]),
    "goner-page.txt": find("gone.scr").data[512:],
    "sumom-files.exe": pe(
        [b"Crazy frog gets killed by train!.pif", b"See my lesbian friends.pif", b"serbw.exe"]
    ),
    "sohanad-page.txt": b"It sets the value Yahoo Messengger to SSCVIHOST.exe or blastclnnn.exe.",
    "messenger.txt": SCRIPT.replace(b"Messengger", b"Messenger") % b"svchost.exe",
    "sohanad-removal.vbs": REMOVAL % b"SSCVIIHOST.exe",
    "typist-page.txt": TYPIST.encode(),
    "eicar-half.txt": eicar()[:40],
    "names.zip": zip_of(dict.fromkeys(NAME_NEAR_MISSES, lnk()), method=STORED),
    "listing.txt": "\n".join(one.split(":")[3] for one in lines(".cdb")).encode(),
    **{name: compiled_autoit(script) for name, script in AUTOIT_NEAR_MISSES.items()},
}


def test_near_misses_are_spared(tmp_path: Path) -> None:
    assert scan(tmp_path, NEAR_MISSES) == {}


def test_scripts_are_found_as_text_or_compiled(tmp_path: Path) -> None:
    """What types into messengers only if compiled: a page may show such a script."""
    sohanad = SCRIPT % b"SSCVIHOST.exe"
    files = {
        "text.txt": sohanad,
        "sohanad.exe": compiled_autoit(sohanad.decode()),
        "typist.exe": compiled_autoit(TYPIST),
        "capitals.exe": compiled_autoit(TYPIST.upper()),
    }
    assert scan(tmp_path, files) == {
        "text.txt": "Douane.Worm.Sohanad",
        "sohanad.exe": "Douane.Worm.Sohanad",
        "typist.exe": "Douane.Worm.AutoItMessenger",
        "capitals.exe": "Douane.Worm.AutoItMessenger",
    }


def test_a_reversed_name_is_found_however_the_archive_codes_it(tmp_path: Path) -> None:
    """U+202E as UTF-8, with the flag of ZIP that says so and without."""
    marked = find("telegram.zip").data
    assert zipfile.ZipFile(io.BytesIO(marked)).infolist()[0].flag_bits & UTF_8
    flag = UTF_8.to_bytes(2, "little")
    places = (b"PK\3\4" + marked[4:6], b"PK\1\2" + marked[marked.index(b"PK\1\2") + 4 :][:4])
    plain = marked
    for place in places:
        assert place + flag in plain
        plain = plain.replace(place + flag, place + b"\0\0")
    name = "Douane.Name.PhotoReversed"
    files = {"marked.zip": marked, "plain.zip": plain}
    assert scan(tmp_path, files) == dict.fromkeys(files, name)


@pytest.mark.parametrize("suffix", HASH_DIGITS)
def test_hashes_are_of_their_kind(suffix: str) -> None:
    assert lines(suffix)
    for line in lines(suffix):
        assert re.fullmatch(rf"[0-9a-f]{{{HASH_DIGITS[suffix]}}}:\*:Douane\.Worm\.\w+:73", line)


@pytest.mark.parametrize("suffix, kind", [(".hdb", "md5"), (".hsb", "sha256")])
def test_lines_like_those_match(tmp_path: Path, suffix: str, kind: str) -> None:
    """The published files are nowhere, so a line with another digest stands for theirs."""
    digest = hashlib.new(kind, b"some text", usedforsecurity=False).hexdigest()
    database = tmp_path / f"one{suffix}"
    database.write_text(digest + lines(suffix)[0][HASH_DIGITS[suffix] :] + "\n")
    folder = tmp_path / "files"
    folder.mkdir()
    matched = scan(folder, {"it.txt": b"some text", "other.txt": b"some texts"}, database)
    assert matched == {"it.txt": lines(suffix)[0].split(":")[2]}


@pytest.mark.parametrize("suffix", [".ldb", ".ndb"])
def test_sigtool_decodes_all_to_what_the_comments_say(suffix: str) -> None:
    said = sigtool("--decode-sigs", given="\n".join([*lines(suffix), ""]))
    assert said.count("VIRUS NAME: ") == len(lines(suffix))
    texts = re.findall(r"DECODED (?:SUB)?SIGNATURE:\n(.*)", said)
    assert len(texts) > len(lines(suffix)) or suffix == ".ndb"
    comments = re.sub(r"\n# ", " ", "".join(path.read_text() for path in CLAMAV.glob("*.ldb")))
    assert [text for text in texts if text not in comments and text != eicar().decode()] == []


def test_sigtool_finds_the_texts_of_a_specimen(tmp_path: Path) -> None:
    database, target = tmp_path / "one.ldb", tmp_path / "gone.scr"
    database.write_text(next(one for one in lines(".ldb") if "Worm.Goner;" in one) + "\n")
    target.write_bytes(find("gone.scr").data)
    said = sigtool(f"--test-sigs={database}", str(target))
    assert said.count("MATCH: ** YES") == 4
    assert "MATCH: ** NO" not in said


@pytest.fixture
def clamd_socket() -> Iterator[str]:
    """The socket of our own clamd with the shipped signatures and no others."""
    folder = Path(tempfile.mkdtemp(prefix="dc", dir="/tmp"))  # a Unix socket's path is short
    own = EmbeddedClamd(folder, CLAMAV, folder / "none", Limits())
    own.refresh()
    process = subprocess.Popen(own.command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        asyncio.run(own.wait_ready(20))
        yield str(own.socket)
    finally:
        process.kill()
        process.wait(10)
        shutil.rmtree(folder)


def test_a_real_clamd_finds_them_too(clamd_socket: str) -> None:
    """As the product sets it up: it alerts on what is encrypted, and a name goes before that."""

    async def ask(data: bytes) -> str:
        descriptor = os.memfd_create("content")
        try:
            os.write(descriptor, data)
            answer = await scan_stream(Address(path=clamd_socket), descriptor, len(data))
        finally:
            os.close(descriptor)
        return answer.name.removesuffix(".UNOFFICIAL") if isinstance(answer, Found) else ""

    async def ask_all() -> dict[str, str]:
        return {one.name: await ask(one.data) for one in specimens() if one.clamav}

    said = asyncio.run(ask_all())
    assert said == {one.name: one.clamav for one in specimens() if one.clamav}
    assert asyncio.run(ask(find("notes.txt").data)) == ""
