"""Content-Disposition and Content-Type: every input has names, few and short, or none.

Input: the value of the field, as bytes.
"""

import re
from contextlib import suppress
from email.message import Message

import multipart  # type: ignore[import-untyped]
from python_multipart.multipart import parse_options_header

from icap_server.payload.names import bounded, disposition_names, utf8
from scanners.declared_type import KEPT, MAX_PARAMETERS, declared_type, media_types
from scanners.header_parameters import all_values, parse_value
from scanners.names import MAX_NAME, displayed, extension, parts, readings

WORD = r"[!#$%&'+\-.^_`|~0-9A-Za-z]+"
WELL_FORMED = re.compile(rf'{WORD}(?:;[ \t]*{WORD}=(?:{WORD}|"[^"\\;]*"))*', re.ASCII)
"""RFC 9110 §5.6.6.  Of anything else the peers make one thing each."""


def fuzz_one(data: bytes) -> None:
    value = data.decode("latin-1")
    for name in filter(None, disposition_names(value)):
        check_name(name)
    check_peers(value)
    check_types(value)
    main, parameters = parse_value(value)
    assert main == main.strip().lower()
    assert all_values(parameters, "name") == all_values(parse_value(value)[1], "name")
    simple = f'attachment; filename="{data.hex()}.exe"; {value}'
    assert f"{data.hex()}.exe" in disposition_names(simple), "what follows hides a name"


def check_name(name: str) -> None:
    assert "/" not in name
    assert "\\" not in name
    short = bounded(name)
    assert len(short) <= MAX_NAME
    short.encode("utf-8")
    assert utf8(short) is not None
    for reading in readings(short):
        assert len(reading) <= MAX_NAME
        assert "".join(parts(reading)) is not None
        assert extension(reading) in reading
    assert len(displayed(short)) <= MAX_NAME


def check_peers(value: str) -> None:
    """A program to any peer is a program to us."""
    if not WELL_FORMED.fullmatch(value):
        return
    ours = {extension(r) for name in disposition_names(value) for r in readings(name)}
    message = Message()
    with suppress(ValueError):
        message["Content-Disposition"] = value
    peers = [
        multipart.parse_content_disposition(value)[2] or "",
        parse_options_header(value)[1].get(b"filename", b"").decode("latin-1"),
    ]
    with suppress(ValueError, LookupError, TypeError):
        peers.append(message.get_filename() or "")
    for name in peers:
        if name.lower().endswith("a.exe"):
            assert "exe" in ours, f"a peer reads {name!r}"


def check_types(value: str) -> None:
    declared = declared_type((value, "text/plain"))
    assert len(declared.others) <= 2 * KEPT
    assert len(declared.parameters) <= MAX_PARAMETERS
    assert all(name == name.lower() for name in media_types(value))
    single = declared_type((value,))
    if "multipart" in value.partition(";")[0].lower():
        assert single.media_type.startswith("multipart/"), "a form that nobody opens"
