"""Signatures of rule sets: Ed25519 (RFC 8032) over the manifest, keys in PEM files."""

import base64
import binascii
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from scanners.rules.manifest import manifest
from verdicts.rulesets.copying import MAX_SIGNATURE, SIGNATURE
from verdicts.rulesets.records import RulesetError

MAX_KEY = 16 * 1024


class SignatureWrong(RulesetError):
    """The set carries a signature, and none of the trusted keys made it for this content."""


class KeyUnreadable(RulesetError):
    """The file holds no Ed25519 key of the kind that is needed."""


def sign(listed: bytes, key: Ed25519PrivateKey) -> bytes:
    """Return the text of MANIFEST.sig for the bytes of MANIFEST."""
    return base64.b64encode(key.sign(listed)) + b"\n"


def signed_by(folder: Path, trusted: Mapping[str, Ed25519PublicKey]) -> str:
    """Return the name of the trusted key that signed what is in the folder; "" if none did.

    What counts is the content, not what MANIFEST says of it.  A signature is not looked at while
    no key is trusted.  Raises SignatureWrong.
    """
    path = folder / SIGNATURE
    if not trusted or not path.exists():
        return ""
    with path.open("rb") as file:
        text = file.read(MAX_SIGNATURE)
    try:
        signature = base64.b64decode(text.strip(), validate=True)
    except binascii.Error as error:
        raise SignatureWrong(f"{SIGNATURE} is no base64; pack the rule set again") from error
    listed = manifest(folder)
    for name, key in trusted.items():
        try:
            key.verify(signature, listed)
        except InvalidSignature:
            continue
        return name
    raise SignatureWrong(
        f"{SIGNATURE} was made by none of the trusted keys ({', '.join(trusted)}), or for other "
        "content; pack the rule set again, or add the key to [rules] trusted_keys"
    )


def read_trusted(paths: Iterable[Path]) -> dict[str, Ed25519PublicKey]:
    """Return name -> key; the name is the file's, without its suffix.  Raises KeyUnreadable."""
    trusted: dict[str, Ed25519PublicKey] = {}
    for path in paths:
        if path.stem in trusted:
            raise KeyUnreadable(f"two trusted keys are called {path.stem}; rename a file")
        try:
            key = serialization.load_pem_public_key(_read(path))
        except (ValueError, UnsupportedAlgorithm) as error:
            raise KeyUnreadable(f"{path} is no public key in PEM") from error
        if not isinstance(key, Ed25519PublicKey):
            raise KeyUnreadable(f"{path} is no Ed25519 key; make one with `douane rules keygen`")
        trusted[path.stem] = key
    return trusted


def read_private(path: Path) -> Ed25519PrivateKey:
    """Return the key that signs.  Raises KeyUnreadable."""
    try:
        key = serialization.load_pem_private_key(_read(path), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyUnreadable(f"{path} is no private key in PEM without a password") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnreadable(f"{path} is no Ed25519 key; make one with `douane rules keygen`")
    return key


def make_keys(private: Path, public: Path) -> None:
    """Write a new pair of keys; only the owner can read the first.  Raises FileExistsError."""
    key = Ed25519PrivateKey.generate()
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    shared = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    for path, data, mode in ((private, secret, 0o600), (public, shared, 0o644)):
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        with os.fdopen(os.open(path, flags, mode), "wb") as file:
            file.write(data)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_KEY)
    except OSError as error:
        raise KeyUnreadable(f"{path} cannot be read: {error.strerror}") from error
