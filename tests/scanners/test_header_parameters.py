"""Header values: every name that some receiver would read is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.header_parameters import all_values, parse_value

NAMES = {
    'form-data; name="f"; filename="a.txt"': ("a.txt",),
    "attachment; filename=a.txt": ("a.txt",),
    "attachment;FileName = a b.txt ;x=1": ("a b.txt",),
    "attachment; filename=a.exe b.txt": ("a.exe b.txt", "a.exe"),
    'attachment; filename="a;b=c.txt"': ("a;b=c.txt",),
    r'attachment; filename="a\"b.txt"': ('a"b.txt',),
    r'attachment; filename="C:\dir\a.exe"': (r"C:\dir\a.exe",),
    'attachment; filename="open.exe': ("open.exe",),
    'attachment; filename="a.jpg; filename=b.exe': ("a.jpg; filename=b.exe", "a.jpg"),
    'attachment; filename="a.jpg"b.exe; x=1': ("a.jpg", "a.jpgb.exe"),
    'attachment; filename="a.jpg"";b.exe': ("a.jpg", "a.jpg;b.exe"),
    'attachment; filename=a";b".exe': ('a"', "a;b.exe"),
    "attachment; filename='a.exe'": ("'a.exe'", "a.exe"),
    "attachment; filename='a;b.exe'": ("'a", "a;b.exe"),
    "attachment; filename='a.exe": ("'a.exe",),
    "attachment; filename*=UTF-8''%e2%82%ac.txt; filename=euro.exe": ("€.txt", "euro.exe"),
    "attachment; filename*=iso-8859-1'en'%A3.txt": ("£.txt",),
    "attachment; filename*=a%20b.exe": ("a b.exe",),
    "attachment; filename*=unheard''%41.exe": ("A.exe",),
    "attachment; filename*0=photo; filename*1=.jpg.exe": ("photo.jpg.exe",),
    "attachment; filename*1*=%2Eexe; filename*0*=utf-8''%C3%A9": ("é.exe",),
    'attachment; filename="=?utf-8?B?YS5leGU=?="': ("a.exe",),
    'attachment; filename="=?utf-8?q?a=2E?= =?utf-8?q?exe?="': ("a.exe",),
    'attachment; filename="=?koi8-r?b?x?="': ("=?koi8-r?b?x?=",),
    'attachment; filename="a.jpg"; filename="b.exe"': ("a.jpg", "b.exe"),
    'attachment; filename="a\0.exe"': ("a\0.exe",),
    "attachment; filename": (),
    "attachment; filename=": (),
    "attachment; xfilename=a": (),
    "": (),
}


@pytest.mark.parametrize("value, expected", NAMES.items())
def test_names(value: str, expected: tuple[str, ...]) -> None:
    assert all_values(parse_value(value)[1], "filename") == expected


def test_main_value_and_parameters() -> None:
    main, parameters = parse_value('Multipart/Form-Data; Boundary="a b"; charset=utf-8')
    assert main == "multipart/form-data"
    assert parameters == (("boundary", "a b"), ("charset", "utf-8"))


@given(st.text(alphabet="ab;=\"\\*'%?-0 é\0\r\n", max_size=80))
def test_any_value(value: str) -> None:
    main, parameters = parse_value(value)
    assert main == main.lower()
    for name in ("a", "b", ""):
        assert all(all_values(parameters, name))


@pytest.mark.parametrize(
    "value",
    [";" * 16_000, "a=" * 8_000, 'a="' * 5_000, 'a="' + "\\" * 16_000, "=?" * 8_000, "a" * 16_000],
)
def test_hostile_values_are_quick(value: str) -> None:
    """A pattern that tries again at every place would not end within the test's limit."""
    for _ in range(50):
        all_values(parse_value("x;" + value)[1], "a")
        all_values((("a", value),), "a")


def test_only_so_many_parameters() -> None:
    """Twenty thousand in one Content-Type took the front 30 ms."""
    read = parse_value("a; b=1; c=2; d=3", 2)
    assert read == ("a", (("b", "1"), ("c", "2")))
