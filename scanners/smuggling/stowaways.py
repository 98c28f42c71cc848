"""Stowaways: programs, archives and scripts carried in pictures, documents, sounds, films, data."""

from dataclasses import dataclass

from scanners.budget import Budget
from scanners.errors import ScannerError
from scanners.kit import Kit
from scanners.model import Code, Content, Reason, Report
from scanners.smuggling.archives import archive_at, is_opened_elsewhere
from scanners.smuggling.finds import SCRIPTS, Finds
from scanners.smuggling.hosts import Host, host_of, is_message, is_taken_apart
from scanners.smuggling.overlays import look_behind
from scanners.smuggling.polyglots import look_for_second_types
from scanners.smuggling.programs import Program, program_at
from scanners.smuggling.sightings import (
    ARCHIVE_SIGNS,
    PROGRAM_SIGNS,
    TAG_SIGNS,
    Sighting,
    sightings,
)

TRIES = 1024
"""Signs whose headers are read; honest files show a handful."""
FEW = 4096
"""Bytes before a program in data of no known format that are there to hide it."""


@dataclass(frozen=True, slots=True)
class StowawayScanner:
    """Looks for what does not belong into a file of its type, at any place and behind its end."""

    kit: Kit
    name: str = "stowaway"

    def scan(self, content: Content, budget: Budget) -> Report:
        if not content.view or is_taken_apart(content):
            return Report()
        finds = Finds(content, self.name, budget)
        try:
            look_for_second_types(finds, self.kit)
            look_behind(finds, self.kit)
            _search(finds, host_of(content), self.kit)
        except ScannerError as error:
            finds.gap(error.reason)
        return finds.report()


def _search(finds: Finds, host: Host, kit: Kit) -> None:
    signs = (
        (PROGRAM_SIGNS if host.programs else ())
        + (ARCHIVE_SIGNS if host.archives else ())
        + (TAG_SIGNS if host.tags else ())
    )
    view = finds.content.view
    seen = sightings(view, signs, finds.budget) if signs else iter(())
    for tries, sighting in enumerate(seen):
        if tries >= TRIES:
            finds.gap(Reason.TOO_MANY)
            return
        if sighting.kind == "script":
            _add_script(finds, sighting)
        elif sighting.kind in ("rar", "7z", "cab"):
            if sighting.at > 0 and archive_at(view, sighting):
                _add_archive(finds, sighting, vague=host.vague)
        elif (program := _program(view, sighting, kit)) and program.start > 0:
            _add_program(finds, program, vague=host.vague)


def _program(view: memoryview, sighting: Sighting, kit: Kit) -> Program | None:
    """Return the program there; a compound file is one if it is an installer."""
    if sighting.kind != "ole":
        return program_at(view, sighting)
    is_installer = sighting.at > 0 and kit.identify(view[sighting.at :]).name == "msi"
    return Program("msi", sighting.at, len(view)) if is_installer else None


def _add_program(finds: Finds, program: Program, *, vague: bool) -> None:
    if not finds.is_new(program.start):
        return
    host, view = finds.content.file_type.name, finds.content.view
    most_of_it = 2 * (program.end - program.start) >= len(view)
    hidden = program.start <= FEW and most_of_it and not is_message(view)
    hidden = hidden and program.kind != "lnk"  # lists of recent files are full of them
    said = f"a {program.kind} program lies in {host} content"
    code, word = Code.EMBEDDED_EXECUTABLE, program.kind
    finds.detect(code, word, said, suspicious=hidden or not vague)
    label = f"{program.kind} at {program.start}"
    finds.hand_out(label, view[program.start : program.end])


def _add_archive(finds: Finds, sighting: Sighting, *, vague: bool) -> None:
    content, at = finds.content, sighting.at
    is_pdf = content.file_type.name == "pdf"  # what is attached to one; behind it, see overlays
    if not finds.is_new(at):
        return
    said = f"a {sighting.kind} archive lies in {content.file_type.name} content"
    suspicious = not (vague or is_pdf)
    finds.detect(Code.DISGUISE_POLYGLOT, sighting.kind, said, suspicious=suspicious)
    if not is_opened_elsewhere(content, sighting.kind, at):
        finds.hand_out(f"{sighting.kind} at {at}", content.view[at:])


def _add_script(finds: Finds, sighting: Sighting) -> None:
    said = f"a tag of a script lies in {finds.content.file_type.name} content"
    finds.detect(Code.DISGUISE_POLYGLOT, "script", said, suspicious=True)
    if finds.is_new(SCRIPTS):
        finds.hand_out(f"script at {sighting.at}", finds.content.view[sighting.at :])
