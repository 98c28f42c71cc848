"""One place for each key, a few in all, and all free again in the end."""

from contextlib import ExitStack

import pytest

from api.places import Places
from api.problems import RequestFailed


def test_places_are_few_and_one_for_each_key() -> None:
    places = Places(2)
    with ExitStack() as stack:
        stack.enter_context(places.taken("a", "file"))
        with pytest.raises(RequestFailed, match="This key has the 1 of the places") as caught:
            stack.enter_context(places.taken("a", "file"))
        assert (caught.value.status, caught.value.headers) == (429, {"Retry-After": "5"})
        stack.enter_context(places.taken("b", "file"))
        with pytest.raises(RequestFailed, match="is taken") as caught:
            stack.enter_context(places.taken("c", "file"))
        assert (caught.value.status, caught.value.headers) == (503, {"Retry-After": "5"})
    with places.taken("a", "file"), places.taken("c", "file"):
        pass


def test_one_key_leaves_places_to_others() -> None:
    places = Places(3, each=2)
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(places.taken("a", "stream"))
        with pytest.raises(RequestFailed, match="the 2 of the places"):
            places.require("a", "stream")
        with places.taken("b", "stream"), pytest.raises(RequestFailed, match="is taken"):
            places.require("c", "stream")
        places.require("b", "stream")
    assert not places._taken


def test_a_place_is_given_back_whatever_happens() -> None:
    places = Places(1)
    with pytest.raises(ZeroDivisionError), places.taken("a", "file"):
        raise ZeroDivisionError
    with places.taken("a", "file"):
        pass
