"""Names that give a password away."""

import pytest

from scanners.model import Content
from scanners.passwords.from_names import MOST_NAMES, from_names


def _found(name: str, **more: object) -> list[str]:
    content = Content(memoryview(b""), name=name, **more)  # type: ignore[arg-type]
    return list(dict.fromkeys(found for found in from_names(content) if found))


@pytest.mark.parametrize(
    "name, first",
    [
        ("report_password_1234.zip", "1234"),
        ("photos (pass 1234).rar", "1234"),
        ("pw=abc.zip", "abc"),
        ("holiday.zip", "holiday"),
        ("folder/holiday.zip", "holiday"),
    ],
)
def test_the_likely_one_comes_first(name: str, first: str) -> None:
    assert _found(name)[0] == first


def test_stem_prefixes_and_parts() -> None:
    found = _found("holiday2024.secret-plan_x.tar.gz")
    for text in ("holiday2024.secret-plan_x.tar", "holiday2024.secret-plan_x", "holiday2024.secret",
                 "holiday2024", "secret", "plan"):  # fmt: skip
        assert text in found
    assert found.index("holiday2024.secret-plan_x.tar") == 0
    assert found.index("holiday2024") < found.index("plan")


def test_containers_and_other_names_count() -> None:
    found = _found(
        "a1.zip", other_names=("b2.zip",), url_name="c3.zip", path=("d4.zip", "e5.zip", "a1.zip")
    )
    assert found[:5] == ["a1", "b2", "c3", "e5", "d4"]


def test_endless_names_are_left_out() -> None:
    assert _found("x" * 300) == []
    assert len(_found("", path=tuple(f"n{number}" for number in range(50)))) <= 2 * MOST_NAMES
