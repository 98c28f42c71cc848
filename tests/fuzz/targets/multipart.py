"""Multipart bodies: opened within the budget, never silently unopened.

Input: a line that is the Content-Type, then the body.
"""

import re
from dataclasses import replace

from scanners.archives.streams import StreamContainer
from scanners.coding import CodingScanner
from scanners.declared_type import declared_type
from scanners.model import Content, TypeNode
from scanners.multipart import MultipartScanner
from tests.fuzz.tree import KIT, PROGRAM, examine_twice, require_program

SCANNERS = (CodingScanner(), MultipartScanner(), StreamContainer(KIT))


def fuzz_one(data: bytes) -> None:
    line, _, body = data.partition(b"\n")
    declared = declared_type((line.decode("latin-1").strip(),))
    content = Content(
        memoryview(body),
        declared_type=declared.media_type,
        parameters=declared.parameters,
        other_types=declared.others,
    )
    found = examine_twice(content, *SCANNERS)
    assert found.types is not None
    if declared.media_type.startswith("multipart/") and not found.unscanned:
        boundary = dict(declared.parameters)["boundary"].encode()
        check_form(found.types, body, boundary)
        planted = body + b"\r\n--" + boundary + b"\r\n\r\n" + PROGRAM
        require_program(replace(content, view=memoryview(planted)), *SCANNERS)


def check_form(form: TypeNode, body: bytes, boundary: bytes) -> None:
    """A form that is called clear has a part for every mark that opens one."""
    assert form.children, "a form without parts is no clean form"
    opened = re.findall(re.escape(b"--" + boundary) + b"(?!--)", body)
    assert len(form.children) in (len(opened), len(opened) - 1), "the last may open nothing"
