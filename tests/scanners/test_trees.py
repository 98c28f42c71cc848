"""Random trees of containers: a program in any place is found or a gap, never clean."""

from collections.abc import Callable, Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from samples import builders
from scanners.model import Examination, TypeNode
from tests.scanners.wrappings import MANY_FILES, ONE_FILE

Run = Callable[..., Examination]
PROGRAM = builders.pe([b"somewhere in a tree"])
OTHERS = {"notes.txt": b"Nothing to see here.\n" * 20, "empty": b"", "data.bin": bytes(range(256))}
SLOW = {"7z encrypted", "zip aes"}
"""Guesses are dear: one layer of these a tree, or time for passwords runs out, which is a gap."""

layers = st.lists(
    st.tuples(st.sampled_from([*MANY_FILES, *ONE_FILE]), st.integers(0, len(OTHERS))),
    min_size=1,
    max_size=4,
)


def _tree(chosen: list[tuple[str, int]]) -> tuple[str, bytes]:
    name, data = "tool.exe", PROGRAM
    for word, place in chosen:
        if word in ONE_FILE:
            name, data = name + word, ONE_FILE[word]({name: data})
            continue
        suffix, pack = MANY_FILES[word]
        members = list(OTHERS.items())
        members.insert(place, (name, data))
        name, data = f"layer{suffix}", pack(dict(members))
    return name, data


def _types(node: TypeNode | None) -> Iterator[str]:
    waiting = [node] if node else []
    while waiting:
        one = waiting.pop()
        yield one.file_type.name
        waiting += one.children


@given(layers)
@settings(max_examples=120)
def test_a_program_anywhere_is_found_or_a_gap(
    run: Run, new_budget: Callable[..., object], chosen: list[tuple[str, int]]
) -> None:
    name, data = _tree(chosen)
    examination = run(data, new_budget(), name=name)
    assert "pe" in _types(examination.types) or examination.unscanned


@given(layers.filter(lambda chosen: len({word for word, _ in chosen} & SLOW) == 0))
@settings(max_examples=120)
def test_without_passwords_it_is_always_found(
    run: Run, new_budget: Callable[..., object], chosen: list[tuple[str, int]]
) -> None:
    name, data = _tree(chosen)
    examination = run(data, new_budget(), name=name)
    assert "pe" in _types(examination.types)
    assert not examination.unscanned
