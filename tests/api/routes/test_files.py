"""What the API knows of a content."""

from collections.abc import Callable

import httpx

from verdicts.model import VerdictRecord
from verdicts.record import as_row, microseconds, rfc3339


async def test_what_is_known(
    client: httpx.AsyncClient, make_record: Callable[[int], VerdictRecord]
) -> None:
    record = make_record(3)
    answer = await client.get(f"/v1/files/{record.sha256}")
    assert answer.status_code == 200
    seen = rfc3339(microseconds(record.transfer.received_at))
    assert answer.json() == {
        "sha256": record.sha256,
        "size": 1003,
        "true_type": "pe",
        "first_seen": seen,
        "last_seen": seen,
        "transfers": 1,
        "examined": 1,
        "senders": 0,
        "recipients": 1,
        "names": {"\u202egpj.exe\x1b[2J": 1},
        "by_action": {"block": 1},
        "by_level": {"malicious": 1},
        "by_channel": {"telegram": 1},
        "detections": [
            {
                "code": "signature.yara",
                "scanner": "yara",
                "name": "Worm_X",
                "level": "malicious",
                "transfers": 1,
            }
        ],
        "last": as_row(record),
    }


async def test_what_never_came(client: httpx.AsyncClient) -> None:
    assert (await client.get(f"/v1/files/{'f' * 64}")).status_code == 404


async def test_what_is_no_hash(client: httpx.AsyncClient) -> None:
    for wrong in ("x", "F" * 64, "f" * 65):
        answer = await client.get(f"/v1/files/{wrong}")
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["where"] == "path.sha256"
