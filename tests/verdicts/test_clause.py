"""When a clause matches: blocking on anything named, allowing only if everything is named."""

from datetime import UTC, datetime

import pytest

from scanners.model import Code, Detection, DetectionLevel, Level, Reason, Unscanned
from verdicts.clause import Case, Clause, Weights
from verdicts.model import Action, Direction, Transfer, Verdict

INFO, SUSPICIOUS, MALICIOUS = DetectionLevel
TRANSFER = Transfer("id", "respmod", Direction.DOWNLOAD, datetime(2024, 1, 1, tzinfo=UTC))
MACRO = Detection(Code.DOCUMENT_MACRO, "office", "macro", SUSPICIOUS)
HONEST = Detection(Code.ARCHIVE_EXECUTABLE, "zip", "exe", INFO)
WORM = Detection(Code.SIGNATURE_YARA, "yara", "worm", MALICIOUS)
LOCKED = Unscanned("zip", Reason.ENCRYPTED)
HUGE = Unscanned("front", Reason.TOO_LARGE)

CLEAN = Verdict(Level.CLEAN)
NOTED = Verdict(Level.CLEAN, (HONEST,))
GAP = Verdict(Level.UNKNOWN, (), (LOCKED,))
GAPS = Verdict(Level.UNKNOWN, (), (LOCKED, HUGE))
ODD = Verdict(Level.SUSPICIOUS, (MACRO, HONEST))
ODD_GAP = Verdict(Level.SUSPICIOUS, (MACRO,), (LOCKED,))
BAD = Verdict(Level.MALICIOUS, (WORM, MACRO))
ALL = (CLEAN, NOTED, GAP, GAPS, ODD, ODD_GAP, BAD)

MACROS = frozenset({Code.DOCUMENT_MACRO})
EXES = frozenset({Code.ARCHIVE_EXECUTABLE})
YARA = frozenset({Code.SIGNATURE_YARA})
ENCRYPTED = frozenset({Reason.ENCRYPTED})


def levels(*found: Level) -> Weights:
    return Weights(frozenset(found))


ROWS = [
    # what the clause asks, what a block matches, what an allow matches
    (Weights(), ALL, ALL),
    (levels(Level.CLEAN), (CLEAN, NOTED), (CLEAN, NOTED)),
    (levels(Level.UNKNOWN), (GAP, GAPS), (GAP, GAPS)),
    (levels(Level.SUSPICIOUS), (ODD, ODD_GAP), (ODD,)),
    (levels(Level.SUSPICIOUS, Level.UNKNOWN), (GAP, GAPS, ODD, ODD_GAP), (GAP, GAPS, ODD, ODD_GAP)),
    (levels(Level.MALICIOUS), (BAD,), ()),
    (levels(Level.MALICIOUS, Level.SUSPICIOUS), (ODD, ODD_GAP, BAD), (ODD, BAD)),
    (Weights(reasons=ENCRYPTED), (GAP, GAPS, ODD_GAP), (GAP,)),
    (Weights(reasons=ENCRYPTED | {Reason.TOO_LARGE}), (GAP, GAPS, ODD_GAP), (GAP, GAPS)),
    (Weights(frozenset({Level.SUSPICIOUS}), reasons=ENCRYPTED), (ODD_GAP,), (ODD_GAP,)),
    (Weights(codes=MACROS), (ODD, ODD_GAP, BAD), (ODD,)),
    (Weights(codes=MACROS | YARA), (ODD, ODD_GAP, BAD), (ODD, BAD)),
    (Weights(frozenset({Level.SUSPICIOUS}), codes=MACROS | YARA), (ODD, ODD_GAP), (ODD,)),
    (Weights(codes=MACROS, reasons=ENCRYPTED), (ODD_GAP,), (ODD_GAP,)),
    (
        Weights(frozenset({Level.SUSPICIOUS, Level.UNKNOWN}), codes=MACROS),
        (ODD, ODD_GAP),
        (ODD, ODD_GAP),
    ),
    (Weights(codes=EXES), (), ()),
    (Weights(with_info=True, codes=EXES), (NOTED, ODD), (NOTED,)),
    (Weights(frozenset({Level.UNKNOWN}), True, EXES), (NOTED, ODD), (NOTED,)),
    (Weights(with_info=True, codes=EXES | MACROS), (NOTED, ODD, ODD_GAP, BAD), (NOTED, ODD)),
]


@pytest.mark.parametrize("weights, blocked, allowed", ROWS, ids=range(len(ROWS)))
def test_what_a_clause_matches(
    weights: Weights, blocked: tuple[Verdict, ...], allowed: tuple[Verdict, ...]
) -> None:
    block, allow = (
        Clause("b", Action.BLOCK, weights=weights),
        Clause("a", Action.ALLOW, weights=weights),
    )
    cases = [Case(verdict, TRANSFER, 1) for verdict in ALL]
    assert tuple(case.verdict for case in cases if block.matches(case)) == blocked
    assert tuple(case.verdict for case in cases if allow.matches(case)) == allowed


def test_all_keys_must_match() -> None:
    case = Case(CLEAN, TRANSFER, 1)
    yes, no = (lambda _: True), (lambda _: False)
    assert Clause("a", Action.BLOCK, tests=(yes, yes)).matches(case)
    assert not Clause("a", Action.BLOCK, tests=(yes, no)).matches(case)
    assert not Clause("a", Action.BLOCK, weights=levels(Level.UNKNOWN), tests=(yes,)).matches(case)
