"""Styles, scripts and the icon: read once, and kept by browsers until they change."""

import hashlib
from http import HTTPStatus
from pathlib import Path

from fastapi import APIRouter, Response

from api.problems import RequestFailed

FOLDER = Path(__file__).parent / "static"
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
KEPT = {"Cache-Control": "public, max-age=31536000, immutable"}
ASSETS = {
    path.relative_to(FOLDER).as_posix(): path.read_bytes()
    for path in sorted(FOLDER.rglob("*"))
    if path.suffix in MEDIA_TYPES
}
VERSION = hashlib.sha256(b"\0".join(ASSETS.values())).hexdigest()[:12]
"""One for all: scripts import each other by relative addresses."""

router = APIRouter(prefix="/static", include_in_schema=False)


def address(name: str) -> str:
    """Return where the browser finds an asset."""
    assert name in ASSETS, name  # noqa: S101 - templates name them
    return f"/static/{VERSION}/{name}"


@router.get("/{version}/{name:path}")
def show_asset(version: str, name: str) -> Response:
    content = ASSETS.get(name)
    if content is None or version != VERSION:
        raise RequestFailed(HTTPStatus.NOT_FOUND, "There is nothing here.")
    return Response(content, headers=KEPT, media_type=MEDIA_TYPES[Path(name).suffix])
