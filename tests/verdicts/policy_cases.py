"""What the tests of the policy judge: transfers, verdicts, and the shipped policy."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from scanners.model import (
    Code,
    Detection,
    DetectionLevel,
    Examination,
    Family,
    FileType,
    Reason,
    Report,
    TypeNode,
    Unscanned,
)
from verdicts.conclude import conclude
from verdicts.model import Action, Direction, Transfer, Verdict
from verdicts.policy import Policy

SHIPPED = Path(__file__).parents[2] / "rules" / "policy.toml"
POLICY = Policy.read(SHIPPED)
ALLOW, BLOCK = Action.ALLOW, Action.BLOCK
INFO, SUSPICIOUS, MALICIOUS = DetectionLevel
PE = TypeNode(FileType("pe", "application/x-dosexec", Family.PROGRAM))
JPEG = TypeNode(FileType("jpeg", "image/jpeg", Family.IMAGE))
DOWNLOAD = Transfer(
    "id",
    "respmod",
    Direction.DOWNLOAD,
    datetime(2024, 1, 1, tzinfo=UTC),
    url="https://files.example/photo.jpg",
    host="files.example",
    client_ip="192.0.2.7",
    file_name="photo.jpg",
    declared_type="image/jpeg",
)
UPLOAD = replace(DOWNLOAD, service="reqmod", direction=Direction.UPLOAD)

Write = Callable[[str], Policy]
Part = tuple[str, DetectionLevel] | str
"""A detection (code, level), or the reason of a gap."""


def found(*parts: Part, types: TypeNode | None = JPEG) -> Verdict:
    detections = [Detection(Code(p[0]), "s", "n", p[1]) for p in parts if isinstance(p, tuple)]
    gaps = [Unscanned("s", Reason(part)) for part in parts if isinstance(part, str)]
    examination = Examination(types, tuple(detections), tuple(gaps))
    return conclude([Report()], examination, ruleset="r", clamav="c")
