"""A verdict as one line of CEF, ArcSight's Common Event Format, revision 27."""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address

from verdicts.formats import view

SEVERITY = {"clean": 0, "unknown": 3, "suspicious": 6, "malicious": 9}
"""0 to 10; CEF calls 0 to 3 low, 4 to 6 medium, 7 and 8 high, 9 and 10 very high."""
LENGTHS = {"act": 63, "externalId": 40, "fname": 1023, "msg": 1023, "request": 1023}
"""Characters of a value that the dictionary of CEF allows; 255 for all others."""


def cef(row: Mapping[str, object]) -> str:
    """Return one line without a line end, all printable, shorter than 16,000 characters."""
    verdict = view.read(row)
    head = (
        view.PRODUCT,
        view.PRODUCT,
        view.product_version(),
        view.event_code(verdict),
        view.headline(verdict),
        str(SEVERITY[verdict["level"]]),
    )
    extension = " ".join(
        f"{key}={_in_extension(value, LENGTHS.get(key, 255))}"
        for key, value in _pairs(verdict)
        if value
    )
    return "|".join(["CEF:0", *map(_in_head, head), extension])


def _pairs(row: view.VerdictRow) -> Iterator[tuple[str, str]]:
    """Keys of CEF's dictionary in a fixed order; an empty value leaves its key out."""
    found = view.worst_first(row["detections"])[:1]
    yield "rt", str(view.milliseconds(row))
    yield "externalId", row["id"]
    yield "act", view.DONE[row["action"]]
    yield "cat", row["level"]
    yield "deviceDirection", "1" if row["direction"] == "upload" else "0"
    yield "deviceExternalId", row["node"]
    yield from _source(row["client_ip"])
    yield "suser", row["user"]
    yield "request", row["url"]
    if place := view.place(row["url"]):
        yield "dhost", place.host
    yield "fname", view.file_name(row, 1023)
    yield "fsize", str(row["size"])
    yield "fileHash", row["sha256"]
    yield "fileType", row["true_type"]
    yield "msg", "".join(one["detail"] for one in found)
    reasons = dict.fromkeys(part["reason"] for part in row["unscanned"])
    labelled = (
        ("Detection", "".join(one["name"] for one in found)),
        ("Clause", row["clause"]),
        ("Channel", row["channel"]),
        ("RuleSet", row["ruleset"]),
        ("ClamAV", row["clamav"]),
        ("Unscanned", ",".join(reasons)),
    )
    for number, (label, text) in enumerate(labelled, 1):
        if text:
            yield f"cs{number}Label", label
            yield f"cs{number}", text
    yield "flexString1Label", "Enforced"
    yield "flexString1", str(row["enforced"]).lower()


def _source(text: str) -> Iterator[tuple[str, str]]:
    """`src` takes IPv4 only; what is no address, such as a pseudonym, is a host."""
    address = view.address(text)
    if address is None:
        yield "shost", text
    elif isinstance(address, IPv4Address):
        yield "src", text
    else:
        yield "c6a2Label", "Source IPv6 Address"
        yield "c6a2", text


def _in_head(text: str) -> str:
    return view.one_line(text, 512).replace("\\", "\\\\").replace("|", "\\|")


def _in_extension(text: str, limit: int) -> str:
    r"""Escape backslash and equals sign; a line end becomes \\n, a backslash and a letter."""
    return view.one_line(text, limit).replace("\\", "\\\\").replace("=", "\\=")
