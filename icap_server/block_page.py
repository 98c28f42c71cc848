"""What a person or a program reads instead of a blocked file: HTML, or JSON for who prefers it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import jinja2
import structlog
from jinja2.sandbox import SandboxedEnvironment
from pydantic import Field

from icap_server.block_words import LANGUAGES, sentence_key, words
from icap_server.findings import MAX_SHOWN, findings
from icap_server.preferred_language import preferred_language
from scanners.model import Code, Detection, DetectionLevel, Level, Reason
from scanners.settings import KiB, Section
from verdicts.model import Action, Direction, Ruling, Transfer, Verdict, utc_now
from verdicts.rule_file import RuleFileError

MAX_NAME = 200
"""Characters of one name; the verdict log has it whole."""
MAX_DEPTH = 6
"""Names of one path."""
MAX_TEMPLATE = 256 * KiB
ELLIPSIS = "…"
SHIPPED_TEMPLATE = Path(__file__).with_suffix(".html")
MemberPath = tuple[str, ...]
MakeContext = Callable[[Ruling, Transfer, str], dict[str, object]]
log = structlog.get_logger()


class BlockPageSettings(Section):
    """What stands in place of a blocked file; the language is the reader's (Accept-Language)."""

    contact: str = Field(
        "",
        max_length=200,
        description='Whom readers are to ask, "the help desk, extension 1234"; empty: their '
        "security team.",
    )
    language: str = Field(
        LANGUAGES[0],
        pattern=f"^({'|'.join(LANGUAGES)})$",
        description=f"For readers who ask for none of {', '.join(LANGUAGES)}.",
    )
    template: str = Field(
        "",
        description="File with a page of your own (Jinja2); docs/block-page.md says what may "
        "stand in it.  Empty: the page that comes with Douane.",
    )


class Page(NamedTuple):
    body: bytes
    media_type: str
    language: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What of a ruling is told, cut to what a page has room for."""

    parts: list[tuple[MemberPath, str]]
    more: int


class BlockPage:
    """Makes the pages.  Raises RuleFileError if the operator's template cannot be used."""

    def __init__(self, settings: BlockPageSettings) -> None:
        self._settings = settings
        self._shipped = _compile(SHIPPED_TEMPLATE.read_text("utf-8"))
        self._own = _read_own(Path(settings.template)) if settings.template else None
        if self._own is not None:
            _try_out(Path(settings.template), self._own, self._context)

    def make(self, ruling: Ruling, transfer: Transfer) -> Page:
        """Return the page that names the parts, the reasons and the transfer.  Never raises."""
        if transfer.prefers_json:
            return Page(self._document(ruling, transfer), "application/json", "en")
        language = preferred_language(transfer.accept_language, LANGUAGES, self._settings.language)
        page = self._render(self._context(ruling, transfer, language))
        return Page(page.encode("utf-8", "replace"), "text/html; charset=utf-8", language)

    def _render(self, context: dict[str, object]) -> str:
        if self._own is not None:
            try:
                return self._own.render(context)
            except Exception:  # whatever an operator's template may do: the file stays blocked
                log.exception("block_page.template_failed", template=self._settings.template)
        return self._shipped.render(context)

    def _context(self, ruling: Ruling, transfer: Transfer, language: str) -> dict[str, object]:
        spoken = words(language)
        shown = _shown(ruling.verdict)
        return {
            "language": language,
            "words": spoken.texts,
            "sentence": spoken.sentences[sentence_key(ruling.verdict)],
            "encrypted": any(one.reason is Reason.ENCRYPTED for one in ruling.verdict.unscanned),
            "contact": self._settings.contact,
            "file_name": _cut(transfer.file_name),
            "service": _cut(transfer.host if transfer.channel == "unknown" else transfer.channel),
            "parts": _by_part(shown.parts),
            "more": shown.more,
            "clause": ruling.clause,
            "transfer_id": transfer.id,
        }

    def _document(self, ruling: Ruling, transfer: Transfer) -> bytes:
        shown = _shown(ruling.verdict)
        document = {
            "blocked": True,
            "transfer": transfer.id,
            "clause": ruling.clause,
            "file": _cut(transfer.file_name),
            "sentence": words("en").sentences[sentence_key(ruling.verdict)],
            "reasons": list(dict.fromkeys(reason for _, reason in shown.parts)),
            "parts": [{"path": path, "reason": reason} for path, reason in shown.parts],
            "more": shown.more,
            "contact": self._settings.contact,
        }
        return json.dumps(document).encode()


def _compile(source: str) -> jinja2.Template:
    environment = SandboxedEnvironment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    return environment.from_string(source)


def _read_own(path: Path) -> jinja2.Template:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_TEMPLATE + 1)
        if len(data) > MAX_TEMPLATE:
            raise RuleFileError(path, 1, f"a template has {MAX_TEMPLATE} bytes at most")
        return _compile(data.decode())
    except jinja2.TemplateSyntaxError as error:
        raise RuleFileError(path, error.lineno, error.message or "not a template") from None
    except UnicodeDecodeError:
        raise RuleFileError(path, 1, "a template has to be UTF-8") from None
    except OSError as error:
        raise RuleFileError(path, 1, f"cannot be read: {error.strerror}") from None


def _try_out(path: Path, template: jinja2.Template, context: MakeContext) -> None:
    """Raise RuleFileError if it cannot show a worm in an archive, in any language."""
    found = Detection(
        Code.SIGNATURE_YARA, "yara", "Worm", DetectionLevel.MALICIOUS, ("a.zip", "b.exe")
    )
    verdict = Verdict(Level.MALICIOUS, (found,))
    ruling = Ruling(Action.BLOCK, "malicious", True, Action.BLOCK, verdict)
    transfer = Transfer("", "respmod", Direction.DOWNLOAD, utc_now(), file_name="a.zip")
    for language in LANGUAGES:
        try:
            template.render(context(ruling, transfer, language))
        except Exception as error:
            raise RuleFileError(path, 1, f"cannot be shown: {error}") from None


def _shown(verdict: Verdict) -> Shown:
    found = findings(verdict)
    parts = [(_cut_path(finding.path), _cut(finding.reason)) for finding in found[:MAX_SHOWN]]
    return Shown(parts, len(found) - len(parts))


def _by_part(shown: list[tuple[MemberPath, str]]) -> list[tuple[MemberPath, list[str]]]:
    """Return the reasons of each part, parts in the order of their worst finding."""
    parts: dict[MemberPath, list[str]] = {}
    for path, reason in shown:
        parts.setdefault(path, []).append(reason)
    return list(parts.items())


def _cut_path(path: MemberPath) -> MemberPath:
    """Keep the outermost names and the innermost."""
    half = MAX_DEPTH // 2
    names = path if len(path) <= MAX_DEPTH else (*path[:half], ELLIPSIS, *path[-half:])
    return tuple(map(_cut, names))


def _cut(text: str) -> str:
    return text if len(text) <= MAX_NAME else text[: MAX_NAME - 1] + ELLIPSIS
