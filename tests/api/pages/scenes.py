"""A month of transfers such as a company sees them, and some that are meant to do harm to pages."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from scanners.model import (
    Code,
    Detection,
    DetectionLevel,
    Family,
    FileType,
    Level,
    Reason,
    TypeNode,
    Unscanned,
)
from verdicts.model import (
    Action,
    Direction,
    NameSource,
    OtherName,
    Ruling,
    Transfer,
    Verdict,
    VerdictRecord,
)

PE = FileType("pe", "application/x-dosexec", Family.PROGRAM, "dll dotnet")
ZIP = FileType("zip", "application/zip", Family.ARCHIVE)
JPEG = FileType("jpeg", "image/jpeg", Family.IMAGE)
PDF = FileType("pdf", "application/pdf", Family.DOCUMENT)
HOSTILE_NAME = (
    "<img src=x onerror=\"alert('douane')\">\u202egpj.exe\x1b[2J"
    + "very long and boring name " * 36
    + ".jpg.exe"
)
CHANNELS = ("telegram", "whatsapp", "discord", "teams", "unknown", "slack", "signal", "icq")
USERS = ("ann", "bob", "chris", "dana", "", "\u202enimda", "EXAMPLE\\eve")
ORDINARY = ("minutes.pdf", "holiday.jpg", "plan.zip", "Angebot für März.pdf", "photo 12.jpeg", "")
CHOKE = Detection(
    Code.SIGNATURE_YARA, "yara", "IM_Worm_Choke", DetectionLevel.MALICIOUS, ("in.zip", "a.exe"),
    "Strings of the worm, as published.",
)  # fmt: skip
EICAR = Detection(Code.SIGNATURE_CLAMAV, "clamav", "Win.Test.EICAR_HDB-1", DetectionLevel.MALICIOUS)
DOUBLE = Detection(
    Code.DISGUISE_DOUBLE_EXTENSION, "names", "double_extension", DetectionLevel.SUSPICIOUS, (),
    "photo.jpg.exe reads as a picture.",
)  # fmt: skip
HOST = Detection(
    Code.DISGUISE_HOST_NAME, "names", "host_name", DetectionLevel.SUSPICIOUS, ("www.example.com",)
)
INFO = Detection(Code.ARCHIVE_EXECUTABLE, "archive", "program", DetectionLevel.INFO, ("setup.exe",))
LOCKED = Unscanned("zip", Reason.ENCRYPTED, ("secret.zip",))
NESTED = TypeNode(
    ZIP,
    children=(
        TypeNode(ZIP, "in.zip", (TypeNode(PE, "a.exe", member=True), TypeNode(JPEG, "b.jpg"))),
        TypeNode(PDF, "read me.pdf"),
        TypeNode(JPEG, "\u202egpj.<script>alert(1)</script>"),
    ),
)


def month(now: datetime, count: int = 600) -> Iterator[VerdictRecord]:
    """Yield records, oldest first; equal arguments, equal records."""
    chance = random.Random(7)  # noqa: S311 - a scene, not a secret
    for number in range(count):
        age = timedelta(days=30) * (1 - (number + 1) / (count + 1)) ** 2
        yield transfer(number, now - age, chance)


def transfer(number: int, at: datetime, chance: random.Random) -> VerdictRecord:
    kind = chance.choices(
        ("clean", "worm", "eicar", "trick", "locked", "watched"), (70, 8, 6, 6, 7, 3)
    )[0]
    found, gaps, level, action, clause = {
        "clean": ((INFO,) if number % 9 == 0 else (), (), Level.CLEAN, Action.ALLOW, "clean"),
        "worm": ((CHOKE, DOUBLE), (), Level.MALICIOUS, Action.BLOCK, "malicious"),
        "eicar": ((EICAR,), (), Level.MALICIOUS, Action.BLOCK, "malicious"),
        "trick": ((HOST,), (), Level.SUSPICIOUS, Action.BLOCK, "tricks"),
        "locked": ((), (LOCKED,), Level.UNKNOWN, Action.HOLD, "encrypted"),
        "watched": ((DOUBLE,), (), Level.SUSPICIOUS, Action.BLOCK, "tricks"),
    }[kind]
    types = {"worm": NESTED, "clean": TypeNode(PDF), "locked": TypeNode(ZIP)}.get(
        kind, TypeNode(PE)
    )
    name = {
        "worm": "photos of us.zip", "eicar": "eicar.com", "trick": "www.example.com",
        "locked": "secret.zip", "watched": "photo.jpg.exe",
    }.get(kind, ORDINARY[number % len(ORDINARY)])  # fmt: skip
    enforced = kind != "watched"
    verdict = Verdict(level, found, gaps, types, "r1", "ClamAV 1.4.6/27810/Mon Nov 23 2026")
    who = Transfer(
        id=f"0192f3a4-0000-7000-8000-{number:012x}",
        service="respmod" if number % 3 else "reqmod",
        direction=Direction.DOWNLOAD if number % 3 else Direction.UPLOAD,
        received_at=at,
        url=f"https://files.example/{number}?to=<b>&x='\"",
        channel=chance.choice(CHANNELS),
        client_ip=f"192.0.2.{chance.randrange(1, 12)}",
        user=chance.choice(USERS),
        file_name=name,
        declared_type="application/octet-stream",
    )
    done = action if enforced else Action.ALLOW
    ruling = Ruling(done, clause, enforced, action, verdict)
    size = int(10 ** chance.uniform(2, 8))
    return VerdictRecord(who, ruling, size, f"{number % 40:064x}", chance.uniform(0.5, 90), False)


def hostile(number: int, at: datetime) -> VerdictRecord:
    """Return a transfer all of whose texts try to leave their place on a page."""
    markup = "<script>alert(1)</script>"
    found = Detection(
        Code.SIGNATURE_YARA, "yara", f"X{markup}", DetectionLevel.MALICIOUS,
        (markup, "\u202etxt.exe"), f"quoted: {markup} '\"><svg onload=alert(1)>",
    )  # fmt: skip
    tree = TypeNode(ZIP, children=(TypeNode(PE, markup, (TypeNode(PE, "\u202etxt.exe"),)),))
    verdict = Verdict(Level.MALICIOUS, (found,), (), tree, "r1", f"ClamAV{markup}")
    who = Transfer(
        id=f"0192f3a4-0000-7000-8000-{number:012x}",
        service="respmod",
        direction=Direction.DOWNLOAD,
        received_at=at,
        url=f"javascript:alert(1)//{markup}",
        channel=f"</script>{markup}\u202e",
        client_ip="192.0.2.66'\"><img src=x onerror=alert(1)>",
        user=f"{markup}\u202e",
        file_name=HOSTILE_NAME,
        declared_type=f"text/html{markup}",
    )
    ruling = Ruling(Action.BLOCK, "malicious", True, Action.BLOCK, verdict)
    return VerdictRecord(who, ruling, 1000, "ab" * 32, 1.5, False)


def overlong(number: int, at: datetime, char: str) -> VerdictRecord:
    """Return a transfer that fills all that the log keeps of one with this character."""
    name, path = char * 256, (char * 256,) * 8
    found = Detection(
        Code.SIGNATURE_YARA, name, name, DetectionLevel.MALICIOUS, path, char * 512
    )  # fmt: skip
    node = TypeNode(PE, name)
    for _ in range(6):
        node = TypeNode(ZIP, name, (node,))
    tree = TypeNode(ZIP, children=(TypeNode(ZIP, name, (node,)), *[TypeNode(PE, name)] * 247))
    gaps = (Unscanned(name, Reason.ENCRYPTED, path),) * 100
    verdict = Verdict(Level.MALICIOUS, (found,) * 100, gaps, tree, name, name)
    who = Transfer(
        id=f"0192f3a4-0000-7000-8000-{number:012x}",
        service=name,
        direction=Direction.DOWNLOAD,
        received_at=at,
        url=char * 4096,
        channel=name,
        client_ip=name,
        user=name,
        file_name=char * 1024,
        declared_type=name,
        other_names=(OtherName(NameSource.URL, char * 1024),) * 8,
        other_types=(name,) * 8,
    )
    return VerdictRecord(
        who, Ruling(Action.BLOCK, name, True, Action.BLOCK, verdict), 1000, "cd" * 32, 1.5, False
    )
