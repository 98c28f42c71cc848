"""Every difference between Douane and pyicap: who is right, and by which section.

A row explains one oddity; a difference that no row explains is a bug of one of the two.
"""

from dataclasses import dataclass
from enum import Enum

from tests.differential.players import Delivered, Outcome
from tests.differential.requests import Case


class Right(Enum):
    DOUANE = "Douane"
    PYICAP = "pyicap"
    BOTH = "both"


SERVED = Outcome(2, Delivered.SAME, kept=True)
REFUSED = Outcome(4, Delivered.NOTHING, kept=False)
NOT_HERE = Outcome(4, Delivered.NOTHING, kept=True)
NOT_SPOKEN = Outcome(5, Delivered.NOTHING, kept=False)
CLOSED = Outcome(0, Delivered.NOTHING, kept=False)
"""Also what a reset leaves of an answer: pyicap closes with bytes unread."""
OUT_OF_STEP = Outcome(2, Delivered.SAME, kept=False)
WRONG_BODY = Outcome(2, Delivered.OTHER, kept=False)
BROKEN_OFF = Outcome(2, Delivered.NOTHING, kept=False)

LENIENT = (SERVED,)
CRASHED = (CLOSED, BROKEN_OFF)
ASTRAY = (OUT_OF_STEP, WRONG_BODY, BROKEN_OFF, CLOSED)


@dataclass(frozen=True, slots=True)
class Row:
    oddity: str
    right: Right
    section: str
    why: str
    douane: Outcome
    pyicap: tuple[Outcome, ...]

    def explains(self, case: Case, douane: Outcome, pyicap: Outcome) -> bool:
        return self.oddity in case.traits and douane == self.douane and pyicap in self.pyicap


def strict(oddity: str, section: str, why: str) -> Row:
    """Douane refuses what pyicap lets pass."""
    return Row(oddity, Right.DOUANE, section, why, REFUSED, LENIENT)


def polite(oddity: str, section: str, why: str) -> Row:
    """Both refuse; Douane says so, pyicap breaks the connection off."""
    return Row(oddity, Right.DOUANE, section, why, REFUSED, CRASHED)


LITERAL = "RFC 2616 §2.1"
PATTERN, FOLD, TOKEN = "RFC 3507 §4.2", "RFC 9112 §5.2", "RFC 9112 §5.1"
ENCAPSULATED, SIZE, LINE = "RFC 3507 §4.4.1", "RFC 9112 §7.1", "RFC 9112 §3"
CTL, LIMIT, ERRORS = "RFC 9110 §5.5", "RFC 9110 §5.4", "RFC 3507 §4.3.3"
DIFFERS = "readers that take the other one see another message"

ROWS = (
    Row("plain", Right.DOUANE, "RFC 3507 §4.4", "an echoed upload has a head", SERVED, ASTRAY),
    Row("trailer", Right.DOUANE, "RFC 9112 §7.1.2", "trailers are legal", SERVED, ASTRAY),
    Row("empty line before", Right.DOUANE, "RFC 9112 §2.2", "to be ignored", SERVED, CRASHED),
    Row("Encapsulated in upper case", Right.DOUANE, LITERAL, "the same words", SERVED, ASTRAY),
    Row(
        "Connection: Close in a list",
        Right.DOUANE,
        "RFC 9110 §7.6.1",
        "a list of options without case",
        Outcome(2, Delivered.SAME, kept=False),
        LENIENT,
    ),
    polite("no Encapsulated", ENCAPSULATED, "400: nobody can tell what it carries"),
    Row("unknown service", Right.BOTH, ERRORS, "404; closing is free", NOT_HERE, (REFUSED, CLOSED)),
    Row(
        "service with a slash behind",
        Right.DOUANE,
        "RFC 3986 §6.2.2",
        "another URI, so no service",
        NOT_HERE,
        LENIENT,
    ),
    Row("unknown method", Right.DOUANE, ERRORS, "501, not silence", NOT_SPOKEN, CRASHED),
    Row("method in lower case", Right.DOUANE, "RFC 9110 §9.1", "has case", NOT_SPOKEN, CRASHED),
    Row("version 1.1", Right.DOUANE, ERRORS, "505, not silence", NOT_SPOKEN, CRASHED),
    Row(
        "version 01.0",
        Right.BOTH,
        "RFC 2616 §3.1",
        "zeros are ignored there; RFC 9112 §2.3 knows one digit",
        NOT_SPOKEN,
        LENIENT,
    ),
    polite("version of HTTP", ERRORS, "400, not silence"),
    polite("version without a dot", ERRORS, "400, not silence"),
    polite("no version", ERRORS, "400, not silence"),
    polite("line without colon", TOKEN, "400, not silence"),
    polite("folded field", FOLD, "400, not silence"),
    polite("Encapsulated empty", ENCAPSULATED, "400, not silence"),
    polite("Encapsulated without number", ENCAPSULATED, "400, not silence"),
    polite("no chunk size", SIZE, "400, not silence and not half a body"),
    polite("blank before a colon", TOKEN, "must be refused; pyicap finds no Encapsulated"),
    Row(
        "Encapsulated with an unknown part",
        Right.DOUANE,
        ENCAPSULATED,
        "not in the list of parts",
        REFUSED,
        ASTRAY,
    ),
    Row("Encapsulated twice, differing", Right.DOUANE, CTL, DIFFERS, REFUSED, ASTRAY),
    strict("Preview twice, differing", CTL, DIFFERS),
    strict("folded field with a colon", FOLD, "or a blank; it is no field of its own"),
    strict("two blanks in the request line", LINE, "one blank; else readers differ"),
    strict("tab in the request line", LINE, "a blank"),
    strict("blank behind the request line", LINE, "nothing"),
    strict("URI of http", PATTERN, "icap or icaps"),
    strict("fragment", PATTERN, "has none"),
    strict("no field name", TOKEN, "at least one character"),
    strict("NUL in a value", CTL, "invalid and dangerous"),
    strict("CR in a value", CTL, "invalid and dangerous"),
    strict("bare line feed", "RFC 3507 §4.3", "lines end with CRLF; readers differ on others"),
    strict("Encapsulated out of order", ENCAPSULATED, "in the order of the parts"),
    strict("Encapsulated with a negative offset", ENCAPSULATED, "digits"),
    strict("offset too small", ENCAPSULATED, "where the body begins"),
    strict("offset too large", ENCAPSULATED, "where the body begins"),
    strict("no number for a preview", "RFC 3507 §4.5", "digits"),
    strict("chunk size with a sign", SIZE, "hexadecimal digits"),
    strict("chunk size with 0x", SIZE, "hexadecimal digits"),
    strict("chunk size with an underscore", SIZE, "hexadecimal digits"),
    strict("blank before a chunk size", SIZE, "nothing"),
    strict("NUL in a chunk extension", SIZE, "tokens and quoted strings"),
    Row("too many fields", Right.BOTH, LIMIT, "a server may limit them", REFUSED, LENIENT),
    Row("long line", Right.BOTH, LIMIT, "a server may limit it", REFUSED, LENIENT),
)


def explanation(case: Case, douane: Outcome, pyicap: Outcome) -> Row | None:
    return next((row for row in ROWS if row.explains(case, douane, pyicap)), None)
