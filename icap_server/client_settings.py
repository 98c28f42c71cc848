"""The settings `[[client]]`: which ICAP clients get which profile."""

from typing import Literal

from pydantic import Field, field_validator

from icap_server.profile import BlockStyle, UnscannableStyle, VerdictField
from icap_server.services import NAMES
from icap_server.shipped_profiles import SHIPPED
from scanners.settings import Section
from verdicts.addresses import parse_networks


class ClientSettings(Section):
    """One kind of client.  The first entry of which all given conditions hold is the client's."""

    networks: tuple[str, ...] = Field(
        (), description='Condition: its address is in one of these, e.g. "10.0.0.0/8"; empty: any.'
    )
    user_agent: str = Field(
        "",
        max_length=200,
        description='Condition: what it calls itself, with * and ?, e.g. "FortiOS*"; empty: any.',
    )
    service: str = Field(
        "", description='Condition: the service it calls, e.g. "avscan"; empty: any.'
    )
    profile: str = Field("generic", description="What it is: the name of a shipped profile.")
    verdict_fields: tuple[VerdictField, ...] | None = Field(
        None, description="Instead of the profile's: header fields of a blocked answer, in order."
    )
    violations: bool | None = Field(
        None, description="Instead of the profile's: X-Violations-Found too, in folded lines."
    )
    unscannable: UnscannableStyle | None = Field(
        None,
        description="Instead of the profile's: what a blocked file that could not be inspected "
        'gets, "block" or "error": ICAP 500 and X-Error-Code, and the client decides.',
    )
    unscannable_type: Literal[0, 1, 2] | None = Field(
        None, description="Instead of the profile's: Type of such a file in X-Infection-Found."
    )
    block: BlockStyle | None = Field(
        None,
        description='Instead of the profile\'s: "page" or "redirect" (to `icap.redirect_url`).',
    )
    preview: bool | None = Field(
        None, description="Instead of the profile's: OPTIONS asks for a preview."
    )
    partial: bool | None = Field(
        None, description="Instead of the profile's: 206 for a client that offers it."
    )
    overload_503: bool | None = Field(
        None, description="Instead of the profile's: 503 may say that there is too much to do."
    )

    @field_validator("networks")
    @classmethod
    def _are_networks(cls, networks: tuple[str, ...]) -> tuple[str, ...]:
        parse_networks(networks)
        return networks

    @field_validator("service")
    @classmethod
    def _is_offered(cls, name: str) -> str:
        if name and name not in NAMES:
            raise ValueError(f"unknown service '{name}'; known services: {', '.join(NAMES)}")
        return name

    @field_validator("profile")
    @classmethod
    def _is_known(cls, name: str) -> str:
        if name not in SHIPPED:
            raise ValueError(f"unknown profile '{name}'; known profiles: {', '.join(SHIPPED)}")
        return name
