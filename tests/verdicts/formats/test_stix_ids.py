"""Identifiers of STIX, against those that the `stix2` package makes."""

import stix2
from hypothesis import given
from hypothesis import strategies as st

from verdicts.formats.stix_ids import observable_id, own_id

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@given(TEXTS)
def test_observables_have_the_ids_that_everybody_gives(text: str) -> None:
    assert observable_id("url", {"value": text}) == stix2.URL(value=text).id
    account = stix2.UserAccount(account_login=text)
    assert observable_id("user-account", {"account_login": text}) == account.id
    digest = {"SHA-256": "ab" * 32}
    file = {"name": text, "hashes": digest}
    assert observable_id("file", file) == stix2.File(**file, size=3).id


def test_ours_differ_by_everything_that_is_said() -> None:
    ids = {own_id("malware", "a", "b"), own_id("malware", "ab"), own_id("tool", "a", "b")}
    assert len(ids) == 3
    assert own_id("malware", "a", "b") in ids
