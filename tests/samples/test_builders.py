"""Everything that is offered is there, once."""

import pytest

from samples import builders


def test_everything_offered_exists() -> None:
    assert len(set(builders.__all__)) == len(builders.__all__)
    for name in builders.__all__:
        assert hasattr(builders, name)


@pytest.mark.parametrize("name", ["eicar", "elf", "jpeg", "msi", "pe", "png", "script"])
def test_builders_are_repeatable(name: str) -> None:
    build = getattr(builders, name)
    assert build() == build() != b""
