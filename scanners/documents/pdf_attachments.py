"""Files that a PDF carries: streams of its file specifications, and those that nothing names."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from scanners.budget import Budget
from scanners.documents.attachments import attach, base_name
from scanners.documents.pdf_objects import PdfObjects, Stream
from scanners.documents.pdf_syntax import Reference, Value
from scanners.members import MemberList
from scanners.model import Reason

NO_NAME = "attachment"

_EMBEDDED = re.compile(rb"/EmbeddedFile(?![A-Za-z])")


@dataclass(slots=True)
class PdfAttachments:
    """Adds the files of one document as children, each once."""

    objects: PdfObjects
    members: MemberList
    budget: Budget
    done: set[int] = field(default_factory=set)
    """Offsets of streams that are children already."""

    def add(self, files: Mapping[str, Value], names: list[str]) -> None:
        """Add the streams of a file specification (/EF) under its names, one at least.

        A file that is named and not found is a gap: others may find it.
        """
        for reference in files.values():
            found = [self._attach(start, names) for start in self.objects.starts(reference)]
            if isinstance(reference, Reference) and not any(found):
                self.members.gap(Reason.MALFORMED, self.members.path_of(base_name(names[0])))

    def add_orphans(self) -> None:
        """Add streams that say they are files, though nothing names them."""
        seen: set[int] = set()
        for match in _EMBEDDED.finditer(self.objects.file.view):
            self.budget.seconds_left()
            start = self.objects.file.start_of(match.start())
            if start is None or start in seen:
                continue
            seen.add(start)
            value = self.objects.parsed(self.objects.file, start).value
            if isinstance(value, dict) and "EmbeddedFile" in self.objects.each(value.get("Type")):
                self._attach(start, [NO_NAME])

    def _attach(self, start: int, names: list[str]) -> bool:
        """Add the stream of one object, as every viewer may read it; say whether it is one."""
        if start in self.done:
            return True
        streams = [*self.objects.streams_at(start)]
        for number, stream in enumerate(streams):
            self.done.add(start)
            self._carry(stream, names, again=number > 0)
        return bool(streams)

    def _carry(self, stream: Stream, names: list[str], *, again: bool) -> None:
        """Add one child; `again`: a second reading of it, which need not be whole."""
        view, failure = self.objects.decoded(stream)
        broken = failure is not None and failure.reason is Reason.MALFORMED
        if broken and (again or self.objects.encrypted()):
            return  # ciphertext: whoever opens encrypted documents says what is not opened
        path = self.members.path_of(base_name(names[0]))
        self.members.came_out(len(view), path)
        if failure is not None:
            self.members.gap(failure.reason, path)
        attach(self.members, names[0], view, self.budget, tuple(names[1:]))
        if again or ("Filter" not in stream.dictionary and self.objects.encrypted()):
            self.members.children[-1] = replace(self.members.children[-1], distorted=True)
