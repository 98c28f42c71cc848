"""The manifest: samples/manifest.toml lists every specimen for readers without Python."""

import json
from collections.abc import Iterable

from samples.specimen import Specimen

# No sizes and no digests: compressed specimens change with the version of zlib, brotli and zstd.
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
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text)  # ASCII only: a name with U+202E must not reorder the line
