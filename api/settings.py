"""Settings of the REST API."""

from typing import Annotated

from pydantic import Field, field_validator

from scanners.settings import MiB, Section
from verdicts.addresses import parse_networks

Origin = Annotated[str, Field(pattern=r"^https?://[a-z0-9.\-\[\]:]{1,255}$")]


class ApiSettings(Section):
    """The REST API."""

    listen: str = Field(
        "127.0.0.1:8080",
        pattern=r":[0-9]{1,5}$",
        description="Address and port. Plain HTTP: elsewhere than on loopback put TLS before it.",
    )
    scan_limit_bytes: int = Field(
        512 * MiB, gt=0, description="Largest file that POST /v1/scans takes."
    )
    scan_seconds: float = Field(
        90, gt=0, le=600, description="Longest wait for the verdict of such a file."
    )
    upload_seconds: float = Field(600, gt=0, description="Longest time such a file may take.")
    uploads: int = Field(8, ge=1, le=100, description="Files handed in at the same time.")
    requests_a_minute: int = Field(
        1200, ge=0, le=1_000_000, description="That one key may send; 0: as many as it likes."
    )
    origins: tuple[Origin, ...] = Field(
        (),
        max_length=32,
        description="Other origins whose pages may call the API from a browser, with a key; for "
        'example ["https://soc.example"].',
    )
    trusted_proxies: tuple[str, ...] = Field(
        (),
        max_length=32,
        description="Addresses and networks of proxies before the API whose X-Forwarded-For says "
        'who the client is, for example ["127.0.0.1"]; empty: the field is ignored.',
    )
    public_url: str = Field(
        "",
        pattern=r"^(https?://[A-Za-z0-9.\-\[\]:]{1,255})?$",
        description="Address at which browsers reach the dashboard through a proxy that ends TLS, "
        'for example "https://douane.example"; empty: the one in the Host field.',
    )
    session_hours: float = Field(
        12, gt=0, le=720, description="Longest time until one has to sign in to the dashboard anew."
    )
    session_idle_minutes: float = Field(
        30, gt=0, le=43200, description="The same for a session that nobody uses."
    )

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, networks: tuple[str, ...]) -> tuple[str, ...]:
        parse_networks(networks)
        return networks
