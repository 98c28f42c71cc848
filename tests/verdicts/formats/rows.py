"""Verdict rows for the tests of the formats: a worm, a clean one, gaps, and hostile ones."""

from typing import Any

from hypothesis import strategies as st

Row = dict[str, Any]
ID = "0192f3a4-0000-7000-8000-000000000001"
FOUND = {
    "code": "signature.yara",
    "scanner": "yara",
    "name": "MAL_Worm_Choke_Nov26",
    "level": "malicious",
    "path": ["photo.jpg.exe"],
    "detail": "Published strings of Choke.",
}
SUSPECT = {
    "code": "disguise.double_extension",
    "scanner": "names",
    "name": "jpg.exe",
    "level": "suspicious",
    "path": [],
    "detail": "It says jpg and is exe.",
}
WORM: Row = {
    "id": ID,
    "time": "2026-01-02T03:04:05.678901Z",
    "node": "front-0",
    "service": "respmod",
    "direction": "download",
    "action": "block",
    "wanted": "block",
    "clause": "malware",
    "enforced": True,
    "level": "malicious",
    "channel": "Telegram",
    "user": "ann",
    "client_ip": "192.0.2.7",
    "url": "https://im.example:8443/f/photo.jpg.exe?x=1",
    "file_name": "photo.jpg.exe",
    "other_names": [],
    "declared_type": "image/jpeg",
    "other_types": [],
    "true_type": "pe",
    "size": 4711,
    "sha256": "ab" * 32,
    "detections": [SUSPECT, FOUND],
    "unscanned": [],
    "types": {
        "type": "pe",
        "mime": "application/x-dosexec",
        "family": "program",
        "kind": "",
        "name": "",
        "children": [],
    },
    "ruleset": "0123456789abcdef",
    "clamav": "ClamAV 1.4.6/27000/Mon Jan  5 10:00:00 2026",
    "scan_ms": 12.5,
    "cached": False,
}
CLEAN: Row = WORM | {
    "action": "allow",
    "wanted": "allow",
    "clause": "default",
    "level": "clean",
    "detections": [],
}
GAP: Row = WORM | {
    "level": "unknown",
    "clause": "gaps",
    "detections": [],
    "unscanned": [{"scanner": "clamav", "reason": "engine_down", "path": []}],
}
WATCHED: Row = WORM | {"action": "allow", "enforced": False}
BARE: Row = GAP | {
    "user": "",
    "client_ip": "",
    "url": "",
    "file_name": "",
    "true_type": "",
    "types": None,
    "sha256": "",
    "size": 0,
    "clamav": "",
    "unscanned": [{"scanner": "front", "reason": "streaming", "path": []}],
}
ROWS = {"worm": WORM, "clean": CLEAN, "gap": GAP, "watched": WATCHED, "bare": BARE}
HOSTILE = "a|b=c\\d\r\nCEF:0|x \x1b[2J\u202egpj.exe<script>\u2028'; DROP"

_text = st.one_of(
    st.just(HOSTILE), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
)
_found = st.fixed_dictionaries(
    {
        "code": st.sampled_from(["signature.clamav", "signature.yara", "disguise.bidi"]),
        "scanner": st.sampled_from(["clamav", "yara", "names"]),
        "name": _text,
        "level": st.sampled_from(["info", "suspicious", "malicious"]),
        "path": st.lists(_text, max_size=2),
        "detail": _text,
    }
)
_unscanned = st.fixed_dictionaries(
    {
        "scanner": st.just("clamav"),
        "reason": st.sampled_from(["partial", "encrypted", "crashed"]),
        "path": st.just([]),
    }
)


@st.composite
def hostile_rows(draw: st.DrawFn) -> Row:
    """Whatever a peer may choose is anything; what we choose is as ever."""
    texts = ("clause", "channel", "user", "client_ip", "url", "file_name", "clamav", "node")
    return (
        WORM
        | {name: draw(_text) for name in texts}
        | {
            "level": draw(st.sampled_from(["clean", "unknown", "suspicious", "malicious"])),
            "action": draw(st.sampled_from(["allow", "block", "hold", "cut"])),
            "wanted": draw(st.sampled_from(["allow", "block"])),
            "size": draw(st.integers(0, 2**60)),
            "sha256": draw(st.sampled_from(["", "cd" * 32])),
            "types": draw(st.sampled_from([None, WORM["types"]])),
            "detections": draw(st.lists(_found, max_size=4)),
            "unscanned": draw(st.lists(_unscanned, max_size=3)),
        }
    )


def monster() -> Row:
    """As large as the ledger lets a record become."""
    wide = "\U0001f600" * 256
    found = {**FOUND, "name": wide, "detail": wide * 2, "path": [wide] * 8}
    part = {"scanner": wide, "reason": "encrypted", "path": [wide] * 8}
    return WORM | {
        "clause": wide,
        "channel": wide,
        "user": wide,
        "client_ip": wide,
        "url": "https://x.example/" + "=" * 4000,
        "file_name": "\\" * 1000 + "=" * 1000,
        "clamav": wide,
        "detections": [found] * 100,
        "unscanned": [part] * 100,
    }
