"""Every error is an RFC 9457 problem, and none shows the text of an exception."""

from http import HTTPStatus
from typing import Any

import httpx
import pytest

from api.problem_kinds import ProblemKind
from api.problems import FieldProblem, RequestFailed

CASES = [
    # method, path, body, status, what `errors` names
    ("GET", "/nowhere", b"", 404, []),
    ("GET", "/v1/verdicts/none", b"", 404, []),
    ("DELETE", "/v1/verdicts", b"", 405, []),
    ("POST", "/metrics", b"", 405, []),
    ("GET", "/v1/verdicts?limit=0", b"", 422, ["query.limit"]),
    ("GET", "/v1/verdicts?limit=1001", b"", 422, ["query.limit"]),
    ("GET", "/v1/verdicts?limit=many", b"", 422, ["query.limit"]),
    ("GET", "/v1/verdicts?level=bad", b"", 422, ["query.level"]),
    ("GET", "/v1/verdicts?code=x&colour=red", b"", 422, ["query.code", "query.colour"]),
    ("GET", "/v1/verdicts?since=yesterday", b"", 422, ["query.since"]),
    ("GET", "/v1/verdicts?since=1700000000", b"", 422, ["query.since"]),
    ("GET", "/v1/verdicts?since=2026-01-01T00:00:00", b"", 422, ["query.since"]),
    ("GET", "/v1/verdicts?until=9999-12-31T23:59:59Z", b"", 422, ["query.until"]),
    ("GET", "/v1/verdicts?sha256=XYZ", b"", 422, ["query.sha256"]),
    ("GET", "/v1/verdicts?user=a%00b", b"", 422, ["query.user"]),
    ("GET", "/v1/verdicts?user=a%ff", b"", 422, ["query.user"]),
    ("GET", "/v1/verdicts?user=100%", b"", 422, ["query.user"]),
    ("GET", "/v1/verdicts?user=%ed%b3%bf", b"", 422, ["query.user"]),
    ("GET", f"/v1/verdicts?user={'x' * 60_000}", b"", 422, ["query.user"]),
    ("GET", "/v1/verdicts?limit=1&limit=2", b"", 422, ["query.limit"]),
    ("GET", "/v1/rulesets?x=1&x=2", b"", 422, ["query.x"]),
    ("GET", "/v1/verdicts/%00", b"", 404, []),
    ("GET", "/v1/verdicts/%ff", b"", 404, []),
    ("GET", "/v1/verdicts?cursor=AAAA", b"", 422, ["query.cursor"]),
    ("GET", "/v1/stats/summary?since=0001-01-01T00:00:00Z", b"", 422, ["query.since"]),
    ("GET", "/v1/stats/summary?bucket=1h", b"", 422, ["query.bucket"]),
    ("POST", "/v1/scans?filename=x", b"", 422, ["query.filename"]),
    ("POST", "/v1/scans", bytes(100_001), 413, []),
    ("POST", "/v1/scans", b"x", 503, []),
    ("GET", "/metrics", b"", 503, []),
    ("GET", "/v1/rules", b"", 503, []),
    ("GET", "/v1/rules?order=name", b"", 422, ["query.order"]),
    ("GET", "/v1/rules?since=now", b"", 422, ["query.since"]),
    ("GET", "/v1/rules/x?days=3", b"", 422, ["query.days"]),
    ("GET", "/v1/rulesets?limit=3", b"", 422, ["query.limit"]),
    ("GET", "/v1/rulesets/history?limit=0", b"", 422, ["query.limit"]),
    ("GET", "/v1/rulesets/0123", b"", 404, []),
    ("GET", "/v1/rulesets/..%2f..", b"", 404, []),
    ("GET", "/v1/rulesets/active/shadow?cursor=-1", b"", 422, ["query.cursor"]),
    ("POST", "/v1/rulesets/active/stage?force=1", b"", 422, ["query.force"]),
    ("POST", "/v1/rulesets/rollback", b"", 503, []),
    ("POST", "/v1/rulesets", b"no bundle", 422, []),
    ("GET", "/v1/events?kind=gossip", b"", 422, ["query.kind.0"]),
    ("GET", "/v1/verdicts/x/feedback", b"", 404, []),
    ("POST", "/v1/verdicts/x/feedback", b"", 422, ["body"]),
    ("POST", "/v1/verdicts/x/feedback", bytes(70_000), 413, []),
]


def check(answer: httpx.Response, status: int) -> dict[str, Any]:
    body: dict[str, Any] = answer.json()
    assert answer.status_code == body["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    if body["type"] == "about:blank":
        assert body["title"] == HTTPStatus(status).phrase
    else:
        assert body["type"] in {kind.uri for kind in ProblemKind}
    assert body["request_id"] == answer.headers["x-request-id"]
    assert body["detail"]
    return body


@pytest.mark.parametrize("method, path, body, status, wrong", CASES)
async def test_problem(  # noqa: PLR0917
    client: httpx.AsyncClient, method: str, path: str, body: bytes, status: int, wrong: list[str]
) -> None:
    answer = check(await client.request(method, path, content=body), status)
    assert [one["where"] for one in answer.get("errors", [])] == wrong


async def test_refused_method_names_the_others(client: httpx.AsyncClient) -> None:
    assert (await client.delete("/v1/verdicts")).headers["allow"] == "GET"
    assert (await client.delete("/v1/rulesets")).headers["allow"] == "GET, POST"
    assert (await client.options("/v1/verdicts/x/feedback")).headers["allow"] == "GET, POST"


async def test_access(site: Any) -> None:
    async with site.client(None) as stranger:
        answer = await stranger.get("/v1/verdicts?limit=0")
        check(answer, 401)
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_log_that_cannot_be_read(site: Any, client: httpx.AsyncClient) -> None:
    (site.run_directory / "log.sqlite").write_bytes(b"damaged" * 1000)
    for suffix in ("-wal", "-shm"):
        (site.run_directory / f"log.sqlite{suffix}").unlink(missing_ok=True)
    answer = await client.get("/v1/verdicts")
    check(answer, 503)
    assert "sqlite" not in answer.text.lower()


async def test_bug_shows_nothing_of_itself(
    site: Any, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret of the house")

    monkeypatch.setattr("verdicts.ledger.reading.queries.Reader.get", broken)
    answer = await client.get("/v1/verdicts/x")
    check(answer, 500)
    assert "secret" not in answer.text


def test_failure_knows_its_status() -> None:
    failure = RequestFailed(HTTPStatus.CONFLICT, "x")
    assert (failure.status, failure.detail, failure.headers) == (409, "x", None)
    assert (failure.kind, failure.errors) == (None, None)


def test_failure_of_a_field_names_it() -> None:
    failure = RequestFailed(HTTPStatus.UNPROCESSABLE_ENTITY, "No.", field="query.cursor")
    assert failure.errors == (FieldProblem(where="query.cursor", message="No."),)
