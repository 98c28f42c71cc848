"""Sections, keys and values, read as leniently as their readers do."""

from scanners.shortcuts.ini import settings


def test_settings_in_order_and_without_quotes() -> None:
    text = '\ufeffearly=1\r\n[ Shell ]\n; no\n# no\nCommand = 2\n"Icon"=\'a b\'\nline\nX="a" "b"\n'
    assert [tuple(setting) for setting in settings(text)] == [
        ("", "early", "1"),
        ("shell", "command", "2"),
        ("shell", "icon", "a b"),
        ("shell", "", "line"),
        ("shell", "x", '"a" "b"'),
    ]


def test_an_unclosed_section_and_nothing_at_all() -> None:
    assert [tuple(setting) for setting in settings("[open\na=b=c")] == [("open", "a", "b=c")]
    assert list(settings("")) == []
