"""Only a trusted key makes a signature, and only for the content as it is."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from scanners.rules.manifest import MANIFEST, manifest
from tests.verdicts.rulesets.conftest import MakeSet
from verdicts.rulesets.copying import SIGNATURE
from verdicts.rulesets.signature import (
    KeyUnreadable,
    SignatureWrong,
    make_keys,
    read_private,
    read_trusted,
    sign,
    signed_by,
)

KEY, OTHER = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
TRUSTED = {"other": OTHER.public_key(), "team": KEY.public_key()}


@pytest.fixture
def signed(make_set: MakeSet) -> Path:
    folder = make_set(files={"yara/a.yar": "rule a { condition: true }"})
    (folder / SIGNATURE).write_bytes(sign(manifest(folder), KEY))
    return folder


def test_the_key_is_named(signed: Path, make_set: MakeSet) -> None:
    assert signed_by(signed, TRUSTED) == "team"
    assert signed_by(signed, {}) == ""
    assert signed_by(make_set("other"), TRUSTED) == ""


@pytest.mark.parametrize("name", ["policy.toml", "yara/a.yar", "yara/b.yar"])
def test_other_content_is_not_signed(signed: Path, name: str) -> None:
    (signed / MANIFEST).write_bytes(manifest(signed))  # what it says of itself does not count
    (signed / name).write_text("# edited")
    with pytest.raises(SignatureWrong, match="or for other content"):
        signed_by(signed, TRUSTED)


def test_a_key_that_is_not_trusted(signed: Path) -> None:
    with pytest.raises(SignatureWrong, match=r"none of the trusted keys \(other\)"):
        signed_by(signed, {"other": OTHER.public_key()})


@pytest.mark.parametrize("text", [b"", b"!!!", b"AAAA", b"\xff" * 64, b"A" * 100_000])
def test_what_is_no_signature(signed: Path, text: bytes) -> None:
    (signed / SIGNATURE).write_bytes(text)
    with pytest.raises(SignatureWrong):
        signed_by(signed, TRUSTED)


def test_keys_from_files(tmp_path: Path, signed: Path) -> None:
    private, public = tmp_path / "soc.pem", tmp_path / "soc.pub"
    make_keys(private, public)
    assert private.stat().st_mode & 0o777 == 0o600
    (signed / SIGNATURE).write_bytes(sign(manifest(signed), read_private(private)))
    assert signed_by(signed, read_trusted([public])) == "soc"
    with pytest.raises(FileExistsError):
        make_keys(private, public)


def test_files_that_hold_no_such_key(tmp_path: Path) -> None:
    private, public, empty = tmp_path / "a.pem", tmp_path / "a.pub", tmp_path / "empty"
    make_keys(private, public)
    empty.touch()
    for path in (private, empty, tmp_path, tmp_path / "none"):
        with pytest.raises(KeyUnreadable, match=str(path)):
            read_trusted([path])
    for path in (public, empty, tmp_path / "none"):
        with pytest.raises(KeyUnreadable, match=str(path)):
            read_private(path)


def test_keys_of_another_kind_and_locked_ones(tmp_path: Path) -> None:
    foreign, pem = generate_private_key(SECP256R1()), serialization.Encoding.PEM
    pkcs8 = serialization.PrivateFormat.PKCS8
    info = serialization.PublicFormat.SubjectPublicKeyInfo
    (tmp_path / "ec.pub").write_bytes(foreign.public_key().public_bytes(pem, info))
    (tmp_path / "ec.pem").write_bytes(
        foreign.private_bytes(pem, pkcs8, serialization.NoEncryption())
    )
    lock = serialization.BestAvailableEncryption(b"secret")
    (tmp_path / "locked.pem").write_bytes(KEY.private_bytes(pem, pkcs8, lock))
    with pytest.raises(KeyUnreadable, match="no Ed25519 key"):
        read_trusted([tmp_path / "ec.pub"])
    with pytest.raises(KeyUnreadable, match="no Ed25519 key"):
        read_private(tmp_path / "ec.pem")
    with pytest.raises(KeyUnreadable, match="without a password"):
        read_private(tmp_path / "locked.pem")


def test_two_keys_of_one_name(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        make_keys(tmp_path / folder / "k.pem", tmp_path / folder / "k.pub")
    with pytest.raises(KeyUnreadable, match="two trusted keys are called k"):
        read_trusted([tmp_path / "a/k.pub", tmp_path / "b/k.pub"])
