"""Name tricks: what a name alone gives away, also of members whose content nobody can read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scanners.budget import Budget
from scanners.model import (
    UNKNOWN_TYPE,
    Code,
    Content,
    Detection,
    DetectionLevel,
    Family,
    FileType,
    Report,
)
from scanners.disguise.contradiction import find_contradiction
from scanners.names import BLANKS, OVERRIDE, displayed, extension, parts, readings
from scanners.types.table import TypeTable

LONG_RUN = 6
"""Blanks in a row; Sigma's double-extension rules count from six, MailScanner from ten."""
LONG_TRANSCRIPT = 32
"""Underscores that a dialog shows with all that follows; servers put them for foreign letters."""
LONG_NAME = 150
"""Characters; dialogs cut longer names, and MailScanner denies them."""
LARGEST_COM = 65_280
"""Bytes: a DOS .com fills one segment behind its 256-byte prefix.  It has no signature at all."""

_OPENING_MARKS = re.compile("[\u202a\u202b\u202d\u202e\u2066\u2067\u2068]")
_MARKS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_TURNING_MARKS = re.compile("[\u202b\u202e\u2067\u2068]")
_RUN = re.compile(f"[{re.escape(BLANKS)}]{{{LONG_RUN},}}")
_HOST = re.compile(r"(?:[a-z0-9_-]{1,63}\.){1,20}([a-z]{2,24})")
_CLSID = re.compile(r"\.\{[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}")


@dataclass(frozen=True, slots=True)
class NameScanner:
    """Finds double extensions, direction marks, padding, host names, names that contradict."""

    table: TypeTable
    name: str = "disguise_names"

    def scan(self, content: Content, budget: Budget) -> Report:
        if content.codings:  # coded bytes: the decoded child bears the name
            return Report()
        tricks: list[Trick | None] = []
        for name in filter(None, (content.name, *content.other_names, content.url_name)):
            tricks.append(self._direction_marks(name))
            for reading in readings(name):
                tricks += self._tricks(reading, content)
        worst: dict[Code, Detection] = {}
        for trick in filter(None, tricks):
            code, level, word, said = trick
            if code not in worst or level is DetectionLevel.SUSPICIOUS:
                worst[code] = Detection(code, self.name, word, level, content.path, said)
        return Report(detections=(*worst.values(), *self._contradiction(content)))

    def _contradiction(self, content: Content) -> Iterator[Detection]:
        if found := find_contradiction(content, self.table):
            level, said = found
            code, word = Code.DISGUISE_EXTENSION, "contradicting_names"
            yield Detection(code, self.name, word, level, content.path, said)

    def _tricks(self, reading: str, content: Content) -> "Iterator[Trick | None]":
        yield self._double_extension(reading, content.file_type)
        yield self._padding(reading)
        yield self._host_name(reading, content)
        if _CLSID.search(reading[-39:]):
            said = "a class id as extension, which Windows does not show"
            yield Code.DISGUISE_EXTENSION, DetectionLevel.SUSPICIOUS, "class_id", said

    def _double_extension(self, reading: str, file_type: FileType) -> "Trick | None":
        last = extension(reading)
        if last not in self.table.runnable:
            return None
        if last == "com" and file_type.family not in (Family.PROGRAM, Family.DATA):
            return None  # a page or picture named after its host
        inner = [part for part in parts(reading)[1:-1] if part and not part.isdecimal()]
        if not inner or (last == "js" and inner[-1] in self.table.wrapped_in_js):
            return None
        promised = self.table.extension_families(inner[-1])
        if not promised or Family.PROGRAM in promised or promised == {Family.DATA}:
            return None
        said = f".{inner[-1]} stands before the real extension .{last}"
        return (
            Code.DISGUISE_DOUBLE_EXTENSION,
            DetectionLevel.SUSPICIOUS,
            f"{inner[-1]}.{last}",
            said,
        )

    def _padding(self, reading: str) -> "Trick | None":
        stem, _, last = reading.rpartition(".")
        runs = last in self.table.runnable
        bare = stem.rstrip(BLANKS)
        run = stem[len(bare) :]
        if len(run) >= LONG_RUN:
            decoy = self.table.extension_families(extension(bare))
            hides = (runs and not _is_transcribed(run)) or (
                decoy and self.table.extension_families(last)
            )
            level = DetectionLevel.SUSPICIOUS if hides else DetectionLevel.INFO
            return Code.DISGUISE_PADDING, level, "blanks", "blanks push the extension out of sight"
        if len(reading) > LONG_NAME and runs and last != "js":  # bundlers name scripts at length
            said = "the name is too long for its extension to be seen"
            return Code.DISGUISE_PADDING, DetectionLevel.SUSPICIOUS, "long_name", said
        if _RUN.search(reading):
            return Code.DISGUISE_PADDING, DetectionLevel.INFO, "blanks", "a run of blanks"
        return None

    def _host_name(self, reading: str, content: Content) -> "Trick | None":
        match = _HOST.fullmatch(reading)
        if not match:
            return None
        last = match.group(1)
        known = self.table.extension_families(last)
        if last != "com" and (known or not reading.startswith("www.")):
            return None
        bare_com = (
            last == "com"
            and content.file_type.name == UNKNOWN_TYPE.name
            and len(content.view) <= LARGEST_COM
        )
        if content.file_type.family is not Family.PROGRAM and not bare_com:
            return None
        said = "a program named like a web host"
        return Code.DISGUISE_HOST_NAME, DetectionLevel.SUSPICIOUS, "host", said

    def _direction_marks(self, name: str) -> "Trick | None":
        if not _MARKS.search(name):
            return None
        real = [extension(reading) for reading in readings(name)]
        shown = [extension(reading) for reading in readings(displayed(name))]
        _, _, suffix = name.rpartition(".")
        changes = (
            (OVERRIDE in name and shown != real)
            or _OPENING_MARKS.search(suffix)
            or (_TURNING_MARKS.search(name) and not self.table.runnable.isdisjoint(real))
        )
        level = DetectionLevel.SUSPICIOUS if changes else DetectionLevel.INFO
        said = "direction marks change how the name reads"
        return Code.DISGUISE_BIDI, level, "marks", said


def _is_transcribed(run: str) -> bool:
    """Say whether it is a name in letters that some server could not write, and fits a dialog."""
    return len(run) < LONG_TRANSCRIPT and 2 * run.count("_") > len(run)


Trick = tuple[Code, DetectionLevel, str, str]
"""Code, level, one word, one sentence."""
