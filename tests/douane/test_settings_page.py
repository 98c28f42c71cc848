"""docs/settings.md is what the settings say, and they say enough."""

import sys
from pathlib import Path

import pytest
from pydantic.fields import FieldInfo

from douane import settings_page
from douane.settings import Settings, is_repeated, section_class

ROOT = Path(__file__).parents[2]
UNITS = ("_bytes", "_seconds", "_minutes", "_hours", "_days", "_a_minute")
COUNTED = (
    *("second", "byte", "file", "process", "connection", "verdict", "scan", "container"),
    *("member", "front", "bodies", "event", "request"),
)


def fields() -> list[tuple[str, str, FieldInfo]]:
    return [
        (section, key, field)
        for section in Settings.model_fields
        for key, field in section_class(section).model_fields.items()
    ]


def run(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    monkeypatch.setattr(sys, "argv", ["settings_page", *map(str, words)])
    return settings_page.main()


def test_the_page_is_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "--check", ROOT / "docs" / "settings.md") == 0


def test_write_then_check_then_stale(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "settings.md"
    assert run(monkeypatch, "--write", page) == 0
    assert run(monkeypatch, "--check", page) == 0
    page.write_text(page.read_text() + "x")
    assert run(monkeypatch, "--check", page) == 1
    assert "not up to date" in capsys.readouterr().err


@pytest.mark.parametrize("section, key, field", fields(), ids=lambda part: str(part)[:30])
def test_every_setting_is_documented(section: str, key: str, field: FieldInfo) -> None:
    description = field.description or ""
    assert description[-1:] == ".", "one sentence or more"
    header = f"[[{section}]]" if is_repeated(section) else f"[{section}]"
    assert f"| `{key}` |" in settings_page.settings_page().split(f"## {header}\n")[1]
    if field.annotation in (int, float):
        text = description.lower()
        assert key.endswith(UNITS) or any(word in text for word in COUNTED), "its unit"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_section_has_a_sentence(name: str) -> None:
    assert (section_class(name).__doc__ or "").endswith(".")


def test_no_row_breaks_the_table() -> None:
    rows = [line for line in settings_page.settings_page().split("\n") if line[:1] == "|"]
    assert {line.replace("\\|", "").count("|") for line in rows} == {4}
