"""Files in base64: fields of JSON, XML and forms, `data:` URLs, long runs in any text.

What decodes to no known type is a child of unknown data, or, if it is short or only resembles
base64, no file at all (a token, a hash, a key): never a gap.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from scanners import json_fields, markup_fields
from scanners.base64_files import Base64Text, File, FileReader, Recognise, decoded
from scanners.base64_runs import data_urls, long_runs, percent_urls
from scanners.base64_text import seems_base64
from scanners.body_part import Opened
from scanners.budget import Budget
from scanners.errors import ScannerError
from scanners.field_names import Description, describe
from scanners.form_fields import (
    FORM,
    FormField,
    form_decoded,
    long_fields,
    percent_decoded,
    short_fields,
)
from scanners.json_fields import Pairs
from scanners.model import UNKNOWN_TYPE, Content, Family, Report
from scanners.names import shorten
from scanners.types.written import WRITTEN
from scanners.utf_text import as_utf8, is_wide

STRINGS = 1000
"""Strings looked at between two looks at the clock."""

MARKUP = frozenset({"html", "xml", "svg"})
TAKEN_APART = frozenset(
    "message/rfc822 message/global message/news message/http application/http".split()
)
"""Declared types that are opened, or malformed: mail.py, http_message.py."""

_DIVIDERS = re.compile(rb"[<>\"']")

Beside = tuple[str, Pairs]
"""Key of a field, and the short fields beside it."""
Span = tuple[int, int]
Read = Callable[[memoryview], memoryview]


@dataclass(frozen=True, slots=True)
class Base64Scanner:
    """Decodes what is base64 in a text; costs about 8 ms a MiB of text that holds none."""

    recognise: Recognise
    """Tells a type for sure, and quickly."""
    name: str = "base64"

    def scan(self, content: Content, budget: Budget) -> Report:
        opened = Opened(content.path, wrapped=False)
        try:
            if _is_text(content):
                reader = FileReader(self.recognise, budget)
                _Search(content, budget, reader, opened).look()
                text = as_utf8(content.view, budget) if is_wide(content.view) else None
                if text is not None:  # some receivers would see that, others the bytes as they are
                    _Search(replace(content, view=text), budget, reader, opened).look()
        except ScannerError as error:
            opened.add_gap(error.reason)
        return opened.report(self.name)


@dataclass(slots=True)
class _Search:
    content: Content
    budget: Budget
    reader: FileReader
    opened: Opened
    known: Sequence[memoryview] = ()
    """What the whole text is; runs in it may say the same."""

    def look(self) -> None:
        content, view = self.content, self.content.view
        kind = content.file_type.name
        form = FORM in (content.declared_type, *content.other_types)
        if form and kind != "json" and self._form():
            return
        if kind == "json" or _is_declared(content, "json"):
            self._strings()
        elif kind in MARKUP or _is_declared(content, "xml", "html") or _begins_as_markup(view):
            self._fields(markup_fields.long_fields(view), _nothing_beside, self._parsed)
        elif kind != "mail":
            self._all()

    def _all(self) -> None:
        """Look at a text that may be base64 as a whole, and hold other files all the same."""
        if whole := self.reader.whole(self.content.view):
            files, _ = self.reader.files_as_one(whole)
            known = [file for file in files if file[1] is not None]
            self._add_files(known, describe("", [], whole.header))
            self.known = [data for data, _ in known]
        self._strings()

    def _strings(self) -> None:
        view = self.content.view
        self._fields(json_fields.long_strings(view), partial(json_fields.neighbours, view))

    def _fields(
        self, spans: Iterator[Span], beside: Callable[[int, int], Beside], read: Read | None = None
    ) -> None:
        """Look at fields, which do not overlap, and at the text between them."""
        view, at = self.content.view, 0
        for number, (start, end) in enumerate(spans):
            if number % STRINGS == 0:
                self.budget.seconds_left()
            field = read(view[start:end]) if read else view[start:end]
            if (whole := self.reader.whole(field)) is not None:
                self._text(view[at:start])
                certain = self._decode(whole, partial(beside, start, end))
                if not certain or _DIVIDERS.search(view, start, end):  # it may be no field at all
                    self._text(view[start:end])
                at = end
        self._text(view[at:])

    def _parsed(self, field: memoryview) -> memoryview:
        if not markup_fields.needs_reading(field):
            return field
        self.budget.spend_bytes(len(field))
        return memoryview(markup_fields.read(field))

    def _form(self) -> bool:
        """Look at the fields; return False if there is none that could hold a file."""
        view, at = self.content.view, 0
        for field in long_fields(view):
            self._text(view[at : field.start])
            self._field(field)
            at = max(at, field.end)
        if at:
            self._text(view[at:])
        return at > 0

    def _field(self, field: FormField) -> None:
        view = self.content.view
        raw = view[field.start : field.end]
        value = decoded(raw, form_decoded, self.budget)
        whole = self.reader.whole(value)
        if whole is None and seems_base64(raw):  # many a plus is now a blank
            whole = Base64Text(value)
        if whole is not None and self._decode(whole, lambda: (field.key, short_fields(view))):
            return
        if field.coded or self._is_binary(value):
            self._add(Content(value, name=shorten(field.key)), shorten(field.key))
        else:
            self._text(raw)

    def _is_binary(self, value: memoryview) -> bool:
        file_type = self.reader.recognise(value)
        return file_type is not None and file_type.family is not Family.TEXT

    def _text(self, view: memoryview) -> None:
        at = 0
        for url in data_urls(view):
            self._runs(view[at : url.begins])
            self._decode(Base64Text(view[url.start : url.end], url.header), _nothing)
            at = max(at, url.breaks)
        self._runs(view[at:])
        for url in percent_urls(view):
            data = decoded(view[url.start : url.end], percent_decoded, self.budget)
            if (file_type := self.reader.recognise(data)) is not None:
                self._add_files([(data, file_type)], describe("", [], url.header))

    def _runs(self, view: memoryview) -> None:
        for run in long_runs(view):
            self._decode(Base64Text(view[run.start : run.end]), _nothing)

    def _decode(self, text: Base64Text, beside: Callable[[], Beside]) -> bool:
        """Add what a text decodes to; return False if that is nothing, and may be misread."""
        files, certain = self.reader.files(text)
        if files:
            self._add_files(files, describe(*beside(), text.header))
        return certain

    def _add_files(self, files: Sequence[File], about: Description) -> None:
        for data, file_type in files:
            if data in self.known:
                continue
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


def _is_text(content: Content) -> bool:
    """Say whether texts in it are read; others take apart what is multipart or mail."""
    declared, kind = content.declared_type, content.file_type
    if content.codings or declared.startswith("multipart/") or declared in TAKEN_APART:
        return False
    if FORM in (declared, *content.other_types) or kind.name in WRITTEN or is_wide(content.view):
        return True
    telling = declared.startswith("text/") or _is_declared(content, "json", "xml")
    return (telling or kind.family is Family.TEXT) and kind.name != "mail"


def _is_declared(content: Content, *kinds: str) -> bool:
    """Say whether it is declared as anything/kind or anything+kind."""
    return content.declared_type.endswith(
        tuple(mark + kind for kind in kinds for mark in ("/", "+"))
    )


def _begins_as_markup(view: memoryview) -> bool:
    return bytes(view[:64]).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def _nothing() -> Beside:
    return "", []


def _nothing_beside(start: int, end: int) -> Beside:
    return _nothing()
