"""A small client of the REST API.

    with Client("https://douane.example", key) as douane:
        for verdict in douane.verdicts(action="block", limit=20):
            print(verdict.time, verdict.sha256)

Everything it does may raise ClientError, whose text says what is wrong and never holds the key.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from ipaddress import ip_address
from typing import Literal, Self, TypeVar, Unpack

import httpx
from pydantic import ValidationError

from douane.client_models import (
    Answer,
    Filters,
    Problem,
    Range,
    ReadyModel,
    SummaryModel,
    TimeseriesModel,
    TopModel,
    VerdictModel,
    VerdictPage,
)

TIMEOUT = httpx.Timeout(30, connect=5)
PAGE_ROWS = 500
ATTEMPTS = 4
WAIT_SECONDS = 30
"""The longest pause before another attempt; a service that wants a longer one is not waited for."""
AGAIN = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
BROKEN = (httpx.HTTPError, UnicodeError)
"""The second of httpx too: an answer's Location names a host in broken Punycode."""
Model = TypeVar("Model", bound=Answer)


class ClientError(Exception):
    """The service did not answer as asked."""

    def __init__(self, text: str, status: int = 0) -> None:
        super().__init__(text)
        self.status = status
        """Of HTTP; 0 if there was no answer."""


class Client:
    """Keeps its connections until it is closed; for one thread at a time."""

    def __init__(
        self,
        url: str,
        key: str,
        *,
        plain_http: bool = False,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`plain_http` allows http:// to other hosts: everybody on the way can read the key."""
        if not (key.isascii() and key.isprintable() and key and " " not in key):
            raise ClientError("this is no API key; `douane keys create` makes one")
        self._address = _checked(url, plain_http=plain_http)
        secure = self._address.scheme == "https"
        self._http = httpx.Client(
            base_url=self._address,
            headers={"Authorization": f"Bearer {key}", "Accept": "application/json"},
            timeout=TIMEOUT,
            transport=transport,
            trust_env=secure,  # for authorities of one's own; no proxy sees a key in plain
        )
        self._sleep = sleep

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def verdicts(
        self, *, limit: int | None = None, **filters: Unpack[Filters]
    ) -> Iterator[VerdictModel]:
        """Yield verdicts, newest first unless `sort` says otherwise: all of them, or `limit`."""
        given, left = _words(filters), limit
        cursor: dict[str, str] = {}
        while left is None or left > 0:
            rows = PAGE_ROWS if left is None else min(left, PAGE_ROWS)
            page = self._get("/v1/verdicts", {**given, **cursor, "limit": str(rows)}, VerdictPage)
            yield from page.data
            if page.next is None:
                return
            cursor = {"cursor": page.next}
            left = None if left is None else left - len(page.data)

    def verdict(self, id: str) -> VerdictModel:
        return self._get(f"/v1/verdicts/{_segment(id)}", {}, VerdictModel)

    def summary(self, **range: Unpack[Range]) -> SummaryModel:
        """Count the transfers of the last 24 hours, or of the range."""
        return self._get("/v1/stats/summary", _words(range), SummaryModel)

    def timeseries(
        self, by: str, bucket: str, *, of: str = "transfers", **range: Unpack[Range]
    ) -> TimeseriesModel:
        """`bucket` is 1m, 1h or 1d; `of` what is counted."""
        given = {**_words(range), "by": by, "bucket": bucket, "of": of}
        return self._get("/v1/stats/timeseries", given, TimeseriesModel)

    def top(
        self, by: str, limit: int, *, of: str = "transfers", **range: Unpack[Range]
    ) -> TopModel:
        given = {**_words(range), "by": by, "limit": str(limit), "of": of}
        return self._get("/v1/stats/top", given, TopModel)

    def health(self) -> ReadyModel:
        """Return what each part of the service is like, also if it is not well."""
        answer = self._send("/v1/health/ready", {}, wait=False)
        if answer.status_code != HTTPStatus.SERVICE_UNAVAILABLE:
            _complain_unless_ok(answer)
        return _read(answer, ReadyModel)

    def export(
        self, format: Literal["csv", "jsonl"], *, limit: int, **filters: Unpack[Filters]
    ) -> Iterator[bytes]:
        """Yield the pieces of a file; one that breaks off raises ClientError."""
        given = {**_words(filters), "format": format, "limit": str(limit)}
        try:
            with self._http.stream("GET", "/v1/verdicts/export", params=given) as answer:
                if answer.status_code != HTTPStatus.OK:
                    answer.read()
                _complain_unless_ok(answer)
                yield from answer.iter_bytes()
        except BROKEN as error:
            raise self._broken(error) from None

    def _get(self, path: str, query: Mapping[str, str], model: type[Model]) -> Model:
        answer = self._send(path, query, wait=True)
        _complain_unless_ok(answer)
        return _read(answer, model)

    def _send(self, path: str, query: Mapping[str, str], *, wait: bool) -> httpx.Response:
        """Ask, and again if the service asks for that, as often as is bearable."""
        for attempt in range(ATTEMPTS):
            try:
                answer = self._http.get(path, params=query)
            except BROKEN as error:
                raise self._broken(error) from None
            pause = _pause(answer)
            last = attempt == ATTEMPTS - 1 or not wait
            if last or answer.status_code not in AGAIN or pause is None:
                break
            self._sleep(pause)
        return answer

    def _broken(self, error: Exception) -> ClientError:
        place = f"{self._address.scheme}://{self._address.netloc.decode()}"
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
            return ClientError(f"nothing answers at {place}: is the service running?")
        return ClientError(f"{place} broke off: {error or type(error).__name__}")


def _checked(url: str, *, plain_http: bool) -> httpx.URL:
    try:
        address = httpx.URL(url)
        named = bool(address.host)
    except (httpx.InvalidURL, UnicodeError):
        address, named = httpx.URL(), False
    if address.scheme not in {"http", "https"} or not named:
        raise ClientError("the URL has to be like https://douane.example")
    if address.userinfo or address.query or address.fragment:
        raise ClientError("the URL has to be one without user, query and fragment")
    if address.scheme == "http" and not (plain_http or _is_loopback(address.host)):
        raise ClientError(
            f"http://{address.host} would show the key to everybody on the way: use https"
        )
    return address


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _words(given: Mapping[str, object]) -> dict[str, str]:
    """Return parameters as they are sent; what is None is not."""
    words: dict[str, str] = {}
    for name, value in given.items():
        match value:
            case None:
                continue
            case datetime():
                words[name] = value.astimezone(UTC).isoformat().replace("+00:00", "Z")
            case bool():
                words[name] = "true" if value else "false"
            case _:
                words[name] = str(value)
    return words


def _segment(text: str) -> str:
    """Return the text if it may stand in a path."""
    if not (text and text.isascii() and text.replace("-", "").isalnum()):
        raise ClientError("an id has letters, digits and hyphens only")
    return text


def _pause(answer: httpx.Response) -> float | None:
    """Return the seconds of Retry-After (RFC 9110 §10.2.3); None if it is none, or too long."""
    text = answer.headers.get("retry-after", "")
    try:
        seconds = float(text) if text.isdigit() else _until(parsedate_to_datetime(text))
    except (ValueError, OverflowError):  # a date or a zone that no clock knows
        return None
    return seconds if 0 <= seconds <= WAIT_SECONDS else None


def _until(moment: datetime) -> float:
    return max(0.0, (moment.astimezone(UTC) - datetime.now(UTC)).total_seconds())


def _read(answer: httpx.Response, model: type[Model]) -> Model:
    try:
        return model.model_validate_json(answer.content)
    except ValidationError:
        raise ClientError("the answer is not Douane's: is the URL right?") from None


def _complain_unless_ok(answer: httpx.Response) -> None:
    status = answer.status_code
    if status == HTTPStatus.OK:
        return
    try:
        problem = Problem.model_validate(json.loads(answer.content))
    except (ValueError, RecursionError):
        text = f"HTTP {status}: the answer is not Douane's: is the URL right?"
        raise ClientError(text, status) from None
    wrong = [f"{one.where}: {one.message}" for one in problem.errors or ()]
    raise ClientError(" ".join([problem.detail, *wrong]), status)
