"""The manifest: samples/manifest.toml lists every specimen for people and programs without Python."""

import hashlib
import json
from collections.abc import Iterable

from samples.specimen import Specimen

HEADER = """\
# Every inert specimen, what it is and what a scan must yield.  Written by
# `python -m samples --manifest`; a test keeps it equal to the catalogue.
"""


def manifest(specimens: Iterable[Specimen]) -> str:
    """Return the manifest as TOML.  (A JSON string is a TOML basic string: TOML 1.0.)"""
    return HEADER + "".join(map(_table, specimens))


def _table(specimen: Specimen) -> str:
    lines = ["", "[[specimen]]", f"name = {_quoted(specimen.name)}"]
    lines.append(f"about = {_quoted(specimen.about)}")
    if specimen.declared_type:
        lines.append(f"declared_type = {_quoted(specimen.declared_type)}")
    if specimen.codings:
        lines.append(f"codings = [{', '.join(map(_quoted, specimen.codings))}]")
    lines.append(f"expected = [{', '.join(map(_quoted, specimen.expected))}]")
    lines.append(f"size = {len(specimen.data)}")
    lines.append(f'sha256 = "{hashlib.sha256(specimen.data).hexdigest()}"')
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text)  # ASCII only: a name with U+202E must not reorder the line
