"""Files that analysts own: every complaint names file and line."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verdicts.rule_file import MAX_FILE, RuleFile, RuleFileError, find_lines

TRICKY = '''\
# [[clause]] in a comment
top = """
[[clause]]
fake = 1
""" # and the comment after it
'quoted key' = [
  "a]", # ]
  { x = "[[y]]" },
]
dotted.key = 1

[table]
a = "#" # c
[[clause]]
name = '[[clause]]'
b = [[1], [2]]
[[clause]]   # comment
"name" = "x"
[ clause.sub ]
inner = 1
[[ clause ]]
s = \'\'\'
name = 'not here'
\'\'\'
name = "z"
'''


def test_lines_are_found_behind_every_trick() -> None:
    assert find_lines(TRICKY) == {
        ("", 0, "top"): 2,
        ("", 0, "quoted key"): 6,
        ("", 0, "dotted"): 10,
        ("table", 0, ""): 12,
        ("table", 0, "a"): 13,
        ("clause", 0, ""): 14,
        ("clause", 0, "name"): 15,
        ("clause", 0, "b"): 16,
        ("clause", 1, ""): 17,
        ("clause", 1, "name"): 18,
        ("clause.sub", 0, ""): 19,
        ("clause.sub", 0, "inner"): 20,
        ("clause", 2, ""): 21,
        ("clause", 2, "s"): 22,
        ("clause", 2, "name"): 25,
    }


@given(st.text(alphabet="a=[]{}\"'#\\\n .1", max_size=60))
def test_no_text_breaks_the_finder(text: str) -> None:
    assert all(1 <= line <= text.count("\n") + 1 for line in find_lines(text).values())


@pytest.mark.parametrize(
    "content, line, message",
    [
        (b"a = 1\nb = = 2\n", 2, "not TOML"),
        (b"a = 1\n\nb = [1,\n", 4, "not TOML"),
        (b"a = 1\nb = '\xff'\n", 2, "not UTF-8"),
        (b"a = 1\na = 2\n", 2, "not TOML"),
        (b"#" * (MAX_FILE + 1), 1, "longer than"),
        (b"a = " + b"[" * 100_000, 1, ""),
    ],
)
def test_what_is_not_toml_is_refused(
    tmp_path: Path, content: bytes, line: int, message: str
) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(content)
    with pytest.raises(RuleFileError) as caught:
        RuleFile.read(path)
    assert caught.value.line == line
    assert str(caught.value).startswith(f"{path}:{line}: {message}")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleFileError, match=r"absent\.toml:1: No such file"):
        RuleFile.read(tmp_path / "absent.toml")
    with pytest.raises(RuleFileError, match="Is a directory"):
        RuleFile.read(tmp_path)


def test_windows_line_ends_count_once(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(b"a = 1\r\n\r\n[[clause]]\r\nname = 'x'\r\n")
    assert RuleFile.read(path).lines["clause", 0, "name"] == 4


def test_a_refusal_finds_the_nearest_line(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text("a = 1\n[[clause]]\nb = 1\n[[clause]]\nc = 2\n[t]\n")
    file = RuleFile.read(path)
    assert file.refusal("m", "clause", 1, "c").line == 5
    assert file.refusal("m", "clause", 1, "absent").line == 4
    assert file.refusal("m", "clause", 1).line == 4
    assert file.refusal("m", key="a").line == 1
    assert file.refusal("m", key="t").line == 6
    assert file.refusal("m", "nowhere", 3, "x").line == 1


def test_inline_tables_are_refused_at_their_key(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text('a = 1\nclause = [{ name = "x", foo = 1 }]\n')
    file = RuleFile.read(path)
    assert file.tables("clause") == [{"name": "x", "foo": 1}]
    with pytest.raises(RuleFileError, match=r"x\.toml:2: unknown key 'foo' here; known keys: name"):
        file.require_known(file.tables("clause")[0], ["name"], "here", "clause", 0)


@pytest.mark.parametrize("text", ["clause = 1", "clause = [1]", "[clause]\nname = 'x'"])
def test_a_list_of_tables_must_be_one(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.toml"
    path.write_text(text)
    with pytest.raises(RuleFileError, match=r"x\.toml:1: write clause as tables: \[\[clause\]\]"):
        RuleFile.read(path).tables("clause")
