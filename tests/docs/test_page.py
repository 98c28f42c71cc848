"""What reads a page: blocks, outputs, files, and how an output agrees with what is real."""

from pathlib import Path

import pytest

from tests.docs.page import Command, File, agrees, read_page
from tests.docs.shell import Shell

TEXT = """# A page

```sh
echo one
```

```text
one
```

Words between.

```sh soon status=3
exit 3
```

No output of that, for there are words before it:

```json
{}
```

`folder/file.toml`:

```toml
key = 1
```
"""


def test_steps(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(TEXT)
    assert read_page(page) == [
        Command(3, "echo one\n", 0, soon=False, output="one\n"),
        Command(13, "exit 3\n", 3, soon=True, output=None),
        File(25, "folder/file.toml", "key = 1\n"),
    ]


@pytest.mark.parametrize(
    "shown, real, agreed",
    [
        ("one\ntwo", "one\n  two\n", True),
        ("one … three", "one two two three", True),
        ("one … three", "one two", False),
        ("one", "one two", False),
        ("…", "", True),
        ('{"a": …}', '{"a":[1,\n2]}', True),
        ("a.c", "abc", False),
    ],
)
def test_agrees(shown: str, real: str, agreed: bool) -> None:
    assert agrees(shown, real) is agreed


def test_a_shell_remembers(tmp_path: Path) -> None:
    with Shell(tmp_path, {"PATH": "/usr/bin:/bin"}) as shell:
        assert shell.run("NAME=value; echo complaint >&2; false") == ("complaint\n", 1)
        assert shell.run("printf $NAME") == ("value", 0)
        assert shell.run("cat") == ("", 0), "nothing can be typed in"
