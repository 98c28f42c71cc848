"""The four files."""

from douane.selftest.specimens import Outcome, samples


def test_four_files_that_clients_get_wrong() -> None:
    by_name = {sample.name: sample for sample in samples()}
    assert set(by_name) == {"eicar", "clean", "encrypted", "empty"}
    assert len(by_name["clean"].data) == 1024 * 1024
    assert by_name["empty"].data == b""
    assert by_name["eicar"].data.endswith(b"H+H*")
    assert by_name["encrypted"].data[6] & 1, "the first member is encrypted"


def test_an_error_is_never_right() -> None:
    assert all(Outcome.ERROR not in sample.wanted for sample in samples())
