"""Verdicts in the formats of other tools, as OpenAPI shows them; their schemas are elsewhere."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class StixBundleModel(BaseModel):
    """A bundle of STIX 2.1."""

    type: Literal["bundle"]
    id: str
    objects: list[dict[str, object]] = Field(
        description="Identity, observables, malware analyses, observed data; malware, sightings "
        "and an indicator if there are any. Their ids depend on the verdict alone."
    )


class MispEventModel(BaseModel):
    """What MISP takes at `/events/add`."""

    Event: dict[str, object]


class EcsEventModel(BaseModel):
    """A document of the Elastic Common Schema 8.11; what it has no field for is in `douane`."""

    model_config = ConfigDict(extra="allow")

    timestamp: datetime = Field(alias="@timestamp")
    message: str
    ecs: dict[str, str]
    event: dict[str, object]
    douane: dict[str, object]


class OcsfEventModel(BaseModel):
    """A Detection Finding of OCSF 1.6 with the profile `security_control`."""

    model_config = ConfigDict(extra="allow")

    class_uid: Literal[2004]
    type_uid: Literal[200401]
    time: int = Field(description="Milliseconds since 1970 UTC.")
    severity_id: int
    action_id: int
    disposition_id: int
    metadata: dict[str, object]
    finding_info: dict[str, object]
