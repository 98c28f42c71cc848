"""X-Error-Code: never one that lets a client excuse more than it is told of."""

import itertools

import pytest

from icap_server.error_codes import CODES, error_code
from scanners.model import Level, Reason, Unscanned
from verdicts.model import Verdict

EXCUSED = {"decode_error", "max_archive_layers_exceeded", "password_protected"}
"""What Nextcloud accepts unless `av_block_unscannable` is set (lib/Scanner/ICAP.php)."""
INFECTED = {"file_type_blocked", "file_extension_blocked"}
FILES_OWN_DOING = {Reason.ENCRYPTED, Reason.MALFORMED, Reason.TOO_DEEP}


def code(*reasons: Reason) -> str:
    gaps = tuple(Unscanned("zip", reason) for reason in reasons)
    return error_code(Verdict(Level.UNKNOWN, unscanned=gaps))


def test_every_reason_has_a_code() -> None:
    assert set(CODES) == set(Reason)
    assert code(Reason.ENCRYPTED) == "password_protected"
    assert code(Reason.MALFORMED) == "decode_error"
    assert code(Reason.TOO_DEEP) == "max_archive_layers_exceeded"


@pytest.mark.parametrize("reasons", list(itertools.combinations(Reason, 2)))
def test_only_the_files_own_doing_is_excused(reasons: tuple[Reason, ...]) -> None:
    """A file that is encrypted and was too large slips through nowhere as merely encrypted."""
    assert (code(*reasons) in EXCUSED) == (set(reasons) <= FILES_OWN_DOING)
    assert code(*reasons) == code(*reversed(reasons))


@pytest.mark.parametrize("reason", [Reason.PARTIAL, Reason.STREAMING, Reason.OPAQUE])
def test_what_policy_blocks_for_its_type_counts_as_infected(reason: Reason) -> None:
    assert code(reason, Reason.ENCRYPTED) in INFECTED
