"""The habits that a machine can check."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("api", "douane", "icap_server", "samples", "scanners", "verdicts")
SOURCES = sorted(
    path.relative_to(ROOT) for package in PACKAGES for path in (ROOT / package).rglob("*.py")
)
TESTS = sorted(path.relative_to(ROOT) for path in (ROOT / "tests").rglob("*.py"))
BENCHES = sorted(path.relative_to(ROOT) for path in (ROOT / "bench").rglob("*.py"))
MAX_LINES = 300
BANNED = set("blacklist handler helper manager misc object result util utils whitelist".split())
SERVED = "wiring: tests/douane/test_supervisor.py and tests/end_to_end run it as a process"
NO_TEST_FILE: dict[str, str] = {  # source -> why
    "douane/processes/api.py": SERVED,
    "douane/processes/courier.py": SERVED,
    "douane/processes/front.py": SERVED,
    "douane/processes/ledger.py": SERVED,
    "douane/finding.py": "one record; tests/douane/test_doctor.py reads it",
    "samples/specimen.py": "one record",
    "scanners/kit.py": "one record",
    "douane/commands/parsers.py": "a name for a type of argparse",
    "verdicts/delivery/sender.py": "records and a protocol; every sender's test uses them",
    "scanners/rules/records.py": "records; tests/scanners/rules/test_check.py holds what they say",
    "verdicts/ledger/age/erasure_changes.py": "records; test_erasure.py asks them",
    "verdicts/rulesets/records.py": "records; tests/verdicts/rulesets/test_store.py makes them",
}
LOCKS = ("requirements/runtime.txt", "requirements/dev.txt")


@pytest.mark.parametrize("path", [*SOURCES, *TESTS, *BENCHES], ids=str)
def test_file_is_short_and_says_what_it_is(path: Path) -> None:
    text = (ROOT / path).read_text("utf-8")
    assert text.startswith('"""'), "first line: what this file is for"
    assert text.count("\n") <= MAX_LINES


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_file_has_its_test_file(path: Path) -> None:
    twin = ROOT / "tests" / path.with_name(f"test_{path.name}")
    excused = path.name == "__init__.py" or str(path) in NO_TEST_FILE or "migrations" in path.parts
    assert twin.exists() != excused, f"{twin}: add it, or say why not in NO_TEST_FILE"


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_names_say_something(path: Path) -> None:
    tree = ast.walk(ast.parse((ROOT / path).read_text("utf-8")))
    defined = [n.name for n in tree if isinstance(n, ast.ClassDef | ast.FunctionDef)]
    words = re.findall(r"[A-Z]?[a-z]+", " ".join([path.stem, *defined]))
    assert BANNED.isdisjoint(word.lower() for word in words)


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_names_no_address(lock: str) -> None:
    """Packages are pinned by hash; where they come from is the machine's affair."""
    text = (ROOT / lock).read_text("utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*(--|-[a-z]\b)(?!-hash)(?!hash)", text, re.MULTILINE)
    packages = re.findall(r"^[a-zA-Z][^\s=]*==", text, re.MULTILINE)
    pinned = re.findall(r"^[a-zA-Z][^\s=]*==\S+(?: ;[^\\]*)? \\\n    --hash=", text, re.MULTILINE)
    assert len(packages) == len(pinned) > 0


def test_product_lock_is_part_of_the_other() -> None:
    """`make test` must run what `make serve` serves."""
    product, everything = (
        set(re.findall(r"^\S+==\S+", (ROOT / lock).read_text("utf-8"), re.MULTILINE))
        for lock in LOCKS
    )
    assert product <= everything


def test_no_file_holds_a_whole_eicar() -> None:
    """A scanner on the developer's machine would remove it, and our own would block the clone."""
    whole = b"7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!"
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    files = [ROOT / name.decode() for name in listed.stdout.split(b"\0") if name]
    assert [str(path) for path in files if path.is_file() and whole in path.read_bytes()] == []
