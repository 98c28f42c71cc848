"""Contents: what the log knows of a file, whoever sent it under whatever name."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path

from api.access import Viewer
from api.problems import RequestFailed
from api.services import Served
from api.verdict_models import ContentModel
from verdicts.record import rfc3339

router = APIRouter(prefix="/v1/files", tags=["verdicts"], dependencies=[Viewer])
Sha256 = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]


@router.get("/{sha256}", summary="Show what is known of a content", response_model=ContentModel)
def show_content(services: Served, sha256: Sha256) -> dict[str, object]:
    """Tell when a content came first and last, to how many, under which names, and its verdicts."""
    found = services.reader.content(sha256)
    if found is None:
        raise RequestFailed(HTTPStatus.NOT_FOUND, "No transfer in the log has this content.")
    known, last = found
    return {
        **asdict(known),
        "first_seen": rfc3339(known.first_seen),
        "last_seen": rfc3339(known.last_seen),
        "size": last["size"],
        "true_type": last["true_type"],
        "last": last,
    }
