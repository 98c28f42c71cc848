"""The manifest: samples/manifest.toml lists every specimen for readers without Python."""

import json
from collections.abc import Collection

from samples.machine import digest, same_everywhere
from samples.specimen import Specimen

HEADER = """\
# Every inert specimen, what it is and what a scan must yield.  Written by
# `python -m samples --manifest`; a test keeps it equal to the catalogue.
# "expected" names codes, YARA rules and gaps; "clamav" the signature of rules/clamav/ besides.
# What varies has no digest: a compression library made a part of it (samples/machine.py).
"""
VARIES = "with the version of a compression library"


def manifest(specimens: Collection[Specimen]) -> str:
    """Return the manifest as TOML.  (A JSON string is a TOML basic string: TOML 1.0.)"""
    same = same_everywhere(specimens)
    return HEADER + "".join(_table(one, varies=one.name not in same) for one in specimens)


def _table(specimen: Specimen, *, varies: bool) -> str:
    lines = ["", "[[specimen]]", f"name = {_quoted(specimen.name)}"]
    lines.append(f"about = {_quoted(specimen.about)}")
    if specimen.declared_type:
        lines.append(f"declared_type = {_quoted(specimen.declared_type)}")
    if specimen.codings:
        lines.append(f"codings = [{', '.join(map(_quoted, specimen.codings))}]")
    lines.append(f"expected = [{', '.join(map(_quoted, specimen.expected))}]")
    if specimen.clamav:
        lines.append(f"clamav = {_quoted(specimen.clamav)}")
    lines.append(f"varies = {_quoted(VARIES)}" if varies else f'sha256 = "{digest(specimen.data)}"')
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text)  # ASCII only: a name with U+202E must not reorder the line
