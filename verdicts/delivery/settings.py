"""Settings of what is sent out: `[[webhook]]`, `[[syslog]]`, `[[splunk]]`, `[[export]]`."""

from typing import Literal
from urllib.parse import urlsplit

import httpx
from pydantic import Field, ValidationInfo, field_validator

from scanners.settings import MiB, Section
from verdicts.ledger.event_log.new_events import EventKind

LevelWord = Literal["clean", "unknown", "suspicious", "malicious"]
Facility = Literal[
    "user", "daemon", "auth", "authpriv", "audit", "alert",
    "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
]  # fmt: skip


class SinkSettings(Section):
    """One receiver of events."""

    name: str = Field(
        "",
        validate_default=True,
        description="What it is called in the log, in /v1/sinks and where it goes on after a "
        "restart: a-z, 0-9, - and _; no two sinks share one.",
    )
    kinds: tuple[EventKind, ...] = Field(
        ("verdict", "alarm"), min_length=1, description="Kinds of events that it gets."
    )
    minimum_level: LevelWord = Field(
        "clean", description="Of transfers: only those found to be this, or worse."
    )

    @field_validator("name")
    @classmethod
    def _is_name(cls, name: str) -> str:
        allowed = set("abcdefghijklmnopqrstuvwxyz0123456789-_")
        if not 0 < len(name) <= 32 or not set(name) <= allowed:
            raise ValueError("set a name of 1 to 32 letters a-z, digits, - and _")
        return name


class WebhookSettings(SinkSettings):
    """Events by HTTP, signed as Standard Webhooks says."""

    allow_private: bool = Field(
        False,
        description="Allow addresses that are not public (this machine, private networks), "
        "and http; write it above `url`.",
    )
    url: str = Field("", validate_default=True, description="Where to; https.")
    secret_file: str = Field(
        "",
        validate_default=True,
        description="File with the secret of the signatures, whsec_ and base64 of 24 to 64 bytes. "
        "`printf whsec_; openssl rand -base64 32` makes one.",
    )
    former_secret_file: str = Field(
        "", description="The secret before that one: as long as it is set, both sign."
    )
    ca_file: str = Field(
        "", description="PEM file of authorities to trust instead of the system's."
    )

    @field_validator("url")
    @classmethod
    def _is_safe(cls, url: str, found: ValidationInfo) -> str:
        return check_url(url, http=bool(found.data.get("allow_private")))

    @field_validator("secret_file")
    @classmethod
    def _has_secret(cls, path: str) -> str:
        return require(path, "the file with its secret")


class SyslogSettings(SinkSettings):
    """Events by syslog, RFC 5424."""

    transport: Literal["udp", "tcp", "tls"] = Field(
        "tcp", description="RFC 5426, RFC 6587 (octet counting) or RFC 5425."
    )
    address: str = Field("", validate_default=True, description='Host and port, "siem:6514".')
    format: Literal["cef", "json"] = Field("cef", description="Of the text.")
    facility: Facility = Field("local0", description="RFC 5424 §6.2.1.")
    app_name: str = Field(
        "douane", pattern="^[!-~]{1,48}$", description="RFC 5424 §6.2.5: printable ASCII."
    )
    max_bytes: int = Field(
        2048,
        ge=1400,
        le=60_000,
        description="Of a message; long values are cut until it fits. RFC 5424 §6.1: every "
        "receiver should take 2,048. rsyslog takes 8,096.",
    )
    ca_file: str = Field(
        "", description="PEM file of authorities to trust instead of the system's."
    )
    certificate: str = Field("", description="PEM file to show who we are, with its key.")

    @field_validator("address")
    @classmethod
    def _is_address(cls, address: str) -> str:
        host, separator, port = require(address, "host:port").rpartition(":")
        if not separator or not host or not port.isascii() or not port.isdigit():
            raise ValueError("write host:port, for example siem.example:6514")
        if not 0 < int(port) < 65536:
            raise ValueError("a port is 1 to 65535")
        return address

    @property
    def place(self) -> tuple[str, int]:
        host, _, port = self.address.rpartition(":")
        return host.strip("[]"), int(port)


class SplunkSettings(SinkSettings):
    """Events by Splunk's HTTP Event Collector."""

    allow_http: bool = Field(
        False, description="Send the token without encryption; write it above `url`."
    )
    url: str = Field("", validate_default=True, description='"https://splunk.example:8088".')
    token_file: str = Field("", validate_default=True, description="File with the HEC token.")
    index: str = Field("", max_length=100, description="Empty: the token's own.")
    sourcetype: str = Field("douane:event", max_length=100, description="As Splunk knows it.")
    ca_file: str = Field(
        "", description="PEM file of authorities to trust instead of the system's."
    )

    @field_validator("url")
    @classmethod
    def _is_safe(cls, url: str, found: ValidationInfo) -> str:
        return check_url(url, http=bool(found.data.get("allow_http")))

    @field_validator("token_file")
    @classmethod
    def _has_token(cls, path: str) -> str:
        return require(path, "the file with its token")


class ExportSettings(SinkSettings):
    """Events as lines of JSON in a file, for an agent to collect."""

    path: str = Field("", validate_default=True, description="File; its folder has to exist.")
    format: Literal["ecs", "ocsf", "douane"] = Field(
        "ecs", description='"ocsf" has a class for transfers only; other kinds are left out.'
    )
    max_bytes: int = Field(
        100 * MiB,
        ge=64 * 1024,
        description="A larger file becomes PATH.1, that one PATH.2, and so on.",
    )
    files: int = Field(5, ge=1, le=100, description="Files of those that are kept.")

    @field_validator("path")
    @classmethod
    def _has_path(cls, path: str) -> str:
        return require(path, "the file to write")


AnySink = WebhookSettings | SyslogSettings | SplunkSettings | ExportSettings


def require(text: str, what: str) -> str:
    if not text:
        raise ValueError(f"set {what}")
    return text


def check_url(url: str, *, http: bool) -> str:
    """Return the URL if it can be sent to; raise ValueError."""
    parsed = urlsplit(require(url, "where to"))
    if not url.isascii() or not url.isprintable() or " " in url:
        raise ValueError("write it in printable ASCII, names and paths encoded")
    if parsed.scheme not in ("https", "http") or not parsed.hostname:
        raise ValueError("write https://host/path")
    if parsed.scheme == "http" and not http:
        raise ValueError("write https, or allow http in so many words")
    if "@" in parsed.netloc or parsed.fragment:
        raise ValueError("leave user, password and fragment out")
    if parsed.port == 0:  # raises ValueError by itself if it is none
        raise ValueError("a port is 1 to 65535")
    try:
        httpx.URL(url)  # which sends it, and knows more kinds of wrong than urlsplit
    except httpx.InvalidURL as error:
        raise ValueError(str(error)) from error
    return url
