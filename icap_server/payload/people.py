"""Who transfers: user, groups and address as the proxy states them in ICAP fields.

draft-stecher-icap-subid-00 wants base64 of "scheme://path"; proxies send that, the same in
plain, or a plain name (Squid: by `icap_client_username_encode`).
"""

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Mapping
from urllib.parse import unquote

from icap_server.payload.names import utf8
from verdicts.addresses import canonical_address

MAX_NAME = 256
MAX_GROUPS = 256
"""Active Directory users of large companies are in some 200 groups."""
USER_FIELDS = ("x-authenticated-user", "x-client-username", "x-subscriber-id")

BASE64 = re.compile(r"(?=[^A-Z]*[A-Z])(?=[^a-z0-9]*[a-z0-9])[A-Za-z0-9+/]{2,}={0,2}")
SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,15})://(.*)", re.DOTALL)
DIGEST_USER = re.compile(
    r"(?:^|,)[ \t]*username[ \t]*=[ \t]*\"((?:[^\"\\]|\\.)*+)\"", re.IGNORECASE
)
ESCAPED = re.compile(r"\\(.)")
NAME = re.compile(r"[\w.@\\/ +,=-]+")
# Commas belong to LDAP names as well, so a list is cut before the next scheme only
NEXT_GROUP = re.compile(r",\s*(?=[A-Za-z][A-Za-z0-9+.-]{0,15}://)")


def user_name(fields: Mapping[str, str]) -> str:
    r"""Return the user: DOMAIN\name, an LDAP name, or a plain name; empty if none is stated.

    Last, who the proxy was shown credentials of; nothing else of them leaves this file.
    """
    for field in USER_FIELDS:
        if value := fields.get(field):
            return _plain(_decoded(value))
    value = fields.get("proxy-authorization")
    return _plain(_credentials_user(value)) if value else ""


def group_names(fields: Mapping[str, str]) -> tuple[str, ...]:
    """Return the groups of the user, written like users, in the order stated."""
    value = fields.get("x-authenticated-groups")
    if not value:
        return ()
    groups: list[str] = []
    for part in [value] if "://" in value else value.split(","):
        text = _decoded(part.strip())
        groups += NEXT_GROUP.split(text) if "://" in text else text.split(",")
    names = (_plain(group.strip()) for group in groups)
    return tuple(name for name in names if name)[:MAX_GROUPS]


def client_address(fields: Mapping[str, str]) -> str:
    """Return the client's address in canonical form; empty if absent or no address."""
    value = fields.get("x-client-ip")
    return canonical_address(value) if value else ""


def _credentials_user(value: str) -> str:
    """Return the user of Basic or Digest credentials (RFC 7617 §2, RFC 7616 §3.4)."""
    scheme, _, rest = value.partition(" ")
    if scheme.lower() == "digest":
        match = DIGEST_USER.search(rest)
        return utf8(ESCAPED.sub(r"\1", match[1])) if match else ""
    if scheme.lower() != "basic":
        return ""
    try:
        user, colon, _ = b64decode(rest.strip(" "), validate=True).partition(b":")
    except (Error, ValueError):  # ValueError: not ASCII
        return ""
    return utf8(user.decode("latin-1")) if colon else ""


def _decoded(value: str) -> str:
    """Return the text behind base64, or the value itself if it does not look encoded.

    A short plain name may be valid base64 by accident: the decoded text has to look like a
    name, and the value to mix upper case with lower case or digits, as base64 of names does.
    """
    if "://" not in value and len(value) % 4 == 0 and BASE64.fullmatch(value):
        try:
            text = b64decode(value, validate=True).decode("utf-8")
        except (Error, UnicodeDecodeError):
            return utf8(value)
        if SCHEME.match(text) or NAME.fullmatch(text):
            return text
    return utf8(value)


def _plain(text: str) -> str:
    """Return the name without its scheme, and as one line of bounded length."""
    if match := SCHEME.match(text):
        scheme, path = match[1].lower(), match[2]
        if scheme == "winnt":
            text = path.replace("/", "\\", 1)
        elif scheme in {"ldap", "ldaps"}:
            text = unquote(path.partition("/")[2] or path)
        else:
            text = path
    return "".join(char if char.isprintable() else "\ufffd" for char in text[:MAX_NAME])
