"""Kinds of problems: their `type` in RFC 9457, explained at /docs."""

from enum import Enum
from typing import NamedTuple

TYPES = "/docs#problem-"


class Words(NamedTuple):
    slug: str
    title: str
    advice: str
    """What a client does about it."""


class ProblemKind(Enum):
    """Problems that a program may want to tell from others of the same status.

    All others are `about:blank`: the status says what kind they are.
    """

    PARAMETERS_WRONG = Words(
        "parameters-wrong",
        "Parameters are wrong",
        "`errors` names each field and what is wrong with it. The same request fails again.",
    )
    RULES_WRONG = Words(
        "rules-wrong",
        "The rule set fails the check",
        "`problems` names file, line and fix of each.",
    )
    TOO_MANY_REQUESTS = Words(
        "too-many-requests",
        "Too many requests",
        "Wait for the seconds of Retry-After; RateLimit tells in advance what is left.",
    )
    PRECONDITION_MISSING = Words(
        "precondition-missing",
        "If-Match is missing",
        "Read what is to be changed, and send its ETag in If-Match.",
    )
    STALE = Words(
        "stale",
        "It has changed since it was read",
        "Read it again, look what has changed, and decide anew.",
    )
    KEY_REUSED = Words(
        "idempotency-key-reused",
        "The Idempotency-Key belongs to another request",
        "Send a new key with each new request.",
    )
    KEY_IN_FLIGHT = Words(
        "idempotency-key-in-flight",
        "The first request with this Idempotency-Key has not ended",
        "Wait for the seconds of Retry-After and send the same request again.",
    )
    ANSWER_NOT_KEPT = Words(
        "idempotent-answer-not-kept",
        "It was done already, and its answer was not kept",
        "It is not done again. Read the outcome where it can be read.",
    )
    BODY_TOO_LARGE = Words(
        "body-too-large",
        "The body is too large",
        "`detail` names the limit. Nothing was done; the connection is closed.",
    )
    BODY_TOO_SLOW = Words(
        "body-too-slow",
        "The body took too long",
        "Nothing was done. Send it faster, or smaller.",
    )
    BUSY = Words(
        "busy",
        "A part of the service is busy",
        "Wait for the seconds of Retry-After and ask again.",
    )
    LOG_AWAY = Words(
        "log-away",
        "The verdict log does not answer",
        "Traffic is inspected all the same; /v1/health/ready says what is wrong.",
    )

    @property
    def uri(self) -> str:
        return TYPES + self.value.slug
