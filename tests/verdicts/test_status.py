"""A status goes to the ledger as JSON and comes back the same."""

import json

from pydantic import TypeAdapter

from verdicts.stages import StageCounts
from verdicts.status import FrontStatus

STATUS = FrontStatus(
    front=1,
    pid=42,
    clamav="down",
    clamav_version="ClamAV 1.4.6/27000/Mon",
    clamav_transport="fildes",
    clamav_fault="connection refused",
    workers=1,
    workers_wanted=2,
    sandbox_missing=("landlock",),
    ruleset="abc",
    istag="tag",
    connections=3,
    queue=4,
    spool_bytes=5,
    requests={"respmod 204": 6},
    cache_hits=7,
    cache_misses=8,
    worker_restarts={"crashed": 9},
    waiting=10,
    refused={"overload": 11},
    stages={"head": StageCounts((1, 2), 0.5)},
)


def test_json_holds_everything() -> None:
    data = json.dumps(STATUS.to_json())
    assert TypeAdapter(FrontStatus).validate_json(data, strict=True) == STATUS
