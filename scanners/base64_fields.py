"""Files in base64: fields of JSON and of forms, `data:` URLs, long runs in any text.

What decodes to no known type is a child of unknown data, or, if it is short or only resembles
base64, no file at all (a token, a hash, a key): never a gap.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from scanners import inflate
from scanners.base64_runs import SHORTEST, data_urls, leading_url, long_runs
from scanners.base64_text import (
    Spelling,
    decode_short,
    decoder,
    foreign,
    seems_base64,
    spellings,
)
from scanners.body_part import SHORTEST_FOR_CLAMAV, Opened
from scanners.budget import Budget
from scanners.errors import ScannerError
from scanners.field_names import Description, describe
from scanners.form_fields import FORM, FormField, form_decoded, long_fields, short_fields
from scanners.json_fields import Pairs, long_strings, neighbours
from scanners.model import UNKNOWN_TYPE, Content, FileType, Report
from scanners.names import shorten

Recognise = Callable[[memoryview], FileType | None]

SHORTEST_UNKNOWN = 512
"""Bytes.  Less of no known type is a hash, a key or a token; documents hold thousands of them."""
SMALLEST = SHORTEST_FOR_CLAMAV
STRINGS = 1000
"""Strings looked at between two looks at the clock."""
TEXTS = frozenset({"text", "json", "html", "xml", "svg", "script"})


@dataclass(frozen=True, slots=True)
class Base64Scanner:
    """Decodes what is base64 in a text; costs about 2 ms a MiB of text that holds none."""

    recognise: Recognise
    """Tells a type for sure, and quickly."""
    name: str = "base64"

    def scan(self, content: Content, budget: Budget) -> Report:
        search = _Search(content, budget, self.recognise, Opened(content.path, wrapped=False))
        try:
            search.look()
        except ScannerError as error:
            search.opened.add_gap(error.reason)
        return search.opened.report(self.name)


@dataclass(slots=True)
class _Search:
    content: Content
    budget: Budget
    recognise: Recognise
    opened: Opened

    def look(self) -> None:
        content = self.content
        if content.codings or content.declared_type.startswith(("multipart/", "message/")):
            return  # others take them apart, and their parts come here
        if FORM in (content.declared_type, *content.other_types) and self._form():
            return
        declared = content.declared_type
        if content.file_type.name == "mail":
            return
        if content.file_type.name == "json" or declared.endswith(("/json", "+json")):
            self._json()
        elif content.file_type.name in TEXTS or declared.startswith("text/"):
            self._text(content.view)

    def _json(self) -> None:
        view, at = self.content.view, 0
        for number, (start, end) in enumerate(long_strings(view)):
            if number % STRINGS == 0:
                self.budget.seconds_left()
            if (whole := _whole(view[start:end])) is not None:
                self._text(view[at:start])
                if not self._decode(whole, partial(neighbours, view, start, end)):
                    self._text(view[start:end])
                at = end
        self._text(view[at:])

    def _form(self) -> bool:
        """Look at the fields; return False if there is none that could hold a file."""
        view, at = self.content.view, 0
        for field in long_fields(view):
            self._text(view[at : field.start])
            self._field(field)
            at = field.end
        if at:
            self._text(view[at:])
        return at > 0

    def _field(self, field: FormField) -> None:
        view = self.content.view
        raw = view[field.start : field.end]
        value = inflate.unpack(form_decoded, raw, self.budget, None)
        if value.failure is not None:
            raise value.failure
        whole = _whole(value.view)
        if whole is None and seems_base64(raw):  # many a plus is now a blank
            whole = _Text(value.view)
        if whole is not None and self._decode(whole, lambda: (field.key, short_fields(view))):
            return
        if field.coded:
            self._add(Content(value.view, name=shorten(field.key)), shorten(field.key))
        else:
            self._text(raw)

    def _text(self, view: memoryview) -> None:
        at = 0
        for url in data_urls(view):
            self._runs(view[at : url.begins])
            self._decode(_Text(view[url.start : url.end], url.header), _nothing_beside)
            at = max(at, url.end)
        self._runs(view[at:])

    def _runs(self, view: memoryview) -> None:
        for run in long_runs(view):
            self._decode(_Text(view[run.start : run.end]), _nothing_beside)

    def _decode(self, text: "_Text", beside: Callable[[], tuple[str, Pairs]]) -> bool:
        """Add what a text decodes to; return False if that is nothing, and may be misread."""
        self.budget.seconds_left()
        if len(text.view) < SHORTEST:
            return True
        if self._is_token(text):
            return not foreign(text.view)
        rubbish = foreign(text.view) > 0
        files: list[tuple[memoryview, FileType | None]] = []
        for spelling in spellings(text.view):
            data, file_type = self._read(text, spelling)
            usual = spelling is Spelling.USUAL and (text.header is not None or not rubbish)
            if len(data) >= SMALLEST and (usual or file_type is not None):
                files.append((data, file_type))
        if files:
            self._add_files(files, describe(*beside(), text.header))
        return bool(files) or not rubbish

    def _is_token(self, text: "_Text") -> bool:
        """Say whether a text is too short for a file of no known type, and has none."""
        if text.header is not None or len(text.view) > SHORTEST_UNKNOWN * 4 // 3:
            return False
        found = decode_short(bytes(text.view))
        return found is not None and not any(self.recognise(memoryview(data)) for data in found)

    def _read(self, text: "_Text", spelling: Spelling) -> tuple[memoryview, FileType | None]:
        decoded = inflate.unpack(decoder(spelling), text.view, self.budget, ceiling=None)
        if decoded.failure is not None:
            raise decoded.failure
        return decoded.view, self.recognise(decoded.view)

    def _add_files(
        self, files: Sequence[tuple[memoryview, FileType | None]], about: Description
    ) -> None:
        for data, file_type in files:
            child = Content(
                data,
                name=about.name,
                declared_type=about.declared_type,
                parameters=about.parameters,
                other_types=about.other_types,
                file_type=file_type or UNKNOWN_TYPE,
            )
            self._add(child, about.label)

    def _add(self, child: Content, label: str) -> None:
        self.budget.spend_member()
        path = (*self.content.path, label or f"base64 {len(self.opened.children) + 1}")
        self.opened.children.append(replace(child, path=path, hidden_from_clamav=True))


@dataclass(frozen=True, slots=True)
class _Text:
    """What may be base64, and the header of the data URL before it."""

    view: memoryview
    header: bytes | None = None


def _whole(view: memoryview) -> _Text | None:
    """Return a field's text if all of it may be base64; None if a part of it at most."""
    if (url := leading_url(view)) is not None:
        return _Text(view[url.start :], url.header)
    if not seems_base64(view) or next(data_urls(view), None) is not None:
        return None
    return _Text(view)


def _nothing_beside() -> tuple[str, Pairs]:
    return "", []
