"""Secrets in files of their own; read at each use, so that a change counts at once."""

import base64
import binascii
from pathlib import Path

from verdicts.delivery.sender import ReceiverAway

MAX_BYTES = 4096
PREFIX = "whsec_"
KEY_BYTES = range(24, 65)


def read_secret(path: str) -> str:
    """Return the one line in the file; raise ReceiverAway, which never shows it."""
    try:
        with Path(path).open("rb") as file:
            text = file.read(MAX_BYTES + 1).decode("ascii").strip()
    except (OSError, ValueError) as error:
        raise ReceiverAway(f"{path} cannot be read ({type(error).__name__})") from error
    if not text or len(text) > MAX_BYTES or not text.isprintable() or " " in text:
        raise ReceiverAway(f"{path} does not hold one secret on one line")
    return text


def webhook_key(path: str) -> bytes:
    """Return the key in a file of Standard Webhooks, `whsec_` and base64; raise ReceiverAway."""
    text = read_secret(path)
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ReceiverAway(f"{path}: write whsec_ and base64") from error
    if not text.startswith(PREFIX) or len(key) not in KEY_BYTES:
        raise ReceiverAway(f"{path}: write whsec_ and the base64 of 24 to 64 bytes")
    return key
