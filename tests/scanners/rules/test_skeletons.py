"""What a skeleton leaves to be written is named, line by line."""

from pathlib import Path

from scanners.rules.skeletons import MAX_FILE_BYTES, unwritten

RULES = Path(__file__).parents[3] / "rules"


def test_the_shipped_rules_are_written() -> None:
    assert list(unwritten(RULES)) == []


def test_each_line_that_is_left(tmp_path: Path) -> None:
    texts = {
        "yara/a.yar": "one\n$a = 'CHANGE ME: x'\nCHANGE MENOT\nhttps://a.example/CHANGE-ME\n",
        "yara/tests/a.toml": "'CHANGE ME'",
        "catalogue/a.toml": "\xff CHANGE ME",
        "yara/large.yar": "CHANGE ME" + " " * MAX_FILE_BYTES,
        "README.md": "CHANGE ME",
        "passwords.txt": "CHANGE ME",
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "latin-1")
    (tmp_path / "yara" / "gone.yar").symlink_to("/proc/self/mem")
    found = {(problem.file, problem.line) for problem in unwritten(tmp_path)}
    assert found == {
        ("yara/a.yar", 2),
        ("yara/a.yar", 4),
        ("yara/tests/a.toml", 1),
        ("catalogue/a.toml", 1),
    }
