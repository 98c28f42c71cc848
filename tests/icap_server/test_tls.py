"""TLS: what is offered, and every way in which a certificate can be wrong, by its setting."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from icap_server.settings import IcapsSettings
from icap_server.tls import CertificateUnusable, certificate_expiry, make_context, subject_of

NOW = datetime.now(UTC)


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def settings(authority: trustme.CA, tmp_path: Path) -> IcapsSettings:
    return issue(authority, tmp_path, NOW + timedelta(days=30))


def issue(authority: trustme.CA, folder: Path, expiry: datetime) -> IcapsSettings:
    certificate = authority.issue_cert("icap.example", not_after=expiry)
    both, key, ca = folder / "both.pem", folder / "key.pem", folder / "ca.pem"
    certificate.private_key_and_cert_chain_pem.write_to_path(both)
    certificate.private_key_pem.write_to_path(key)
    authority.cert_pem.write_to_path(ca)
    return IcapsSettings(certificate=str(both), client_ca=str(ca))


def change(settings: IcapsSettings, **values: str) -> IcapsSettings:
    return settings.model_copy(update=values)


def test_old_versions_and_weak_ciphers_are_not_offered(settings: IcapsSettings) -> None:
    context = make_context(settings)
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    for cipher in context.get_ciphers():
        assert cipher["aead"], cipher["name"]
        assert cipher["protocol"] == "TLSv1.3" or cipher["name"].startswith("ECDHE"), cipher
    assert context.verify_mode is ssl.CERT_NONE


@pytest.mark.parametrize(
    "asked, mode", [("optional", ssl.CERT_OPTIONAL), ("required", ssl.CERT_REQUIRED)]
)
def test_client_certificates(settings: IcapsSettings, asked: str, mode: ssl.VerifyMode) -> None:
    context = make_context(change(settings, client_certificates=asked))
    assert context.verify_mode is mode
    assert context.cert_store_stats()["x509_ca"] == 1, "no other authority is trusted"


def test_a_key_in_a_file_of_its_own(settings: IcapsSettings, tmp_path: Path) -> None:
    make_context(change(settings, key=str(tmp_path / "key.pem")))


def test_what_is_missing_or_wrong_is_named(settings: IcapsSettings, tmp_path: Path) -> None:
    nonsense = tmp_path / "nonsense.pem"
    nonsense.write_text("nothing\n")
    other = trustme.CA().issue_cert("other.example")
    stranger = tmp_path / "stranger.pem"
    other.private_key_pem.write_to_path(stranger)
    for values, words in (
        ({"certificate": ""}, "certificate is not set"),
        ({"certificate": "/none.pem"}, r"\[icaps\] certificate: /none\.pem: No such file"),
        ({"key": "/none.pem"}, r"\[icaps\] key: /none\.pem: No such file"),
        ({"certificate": str(nonsense)}, "nonsense.pem are no certificate"),
        ({"key": str(nonsense)}, "with its unencrypted private key"),
        ({"key": str(stranger)}, "key values mismatch"),
        ({"client_certificates": "required", "client_ca": ""}, "client_ca is not set"),
        ({"client_certificates": "required", "client_ca": "/n"}, r"client_ca: /n: No such file"),
        ({"client_certificates": "optional", "client_ca": str(nonsense)}, "holds no certificate"),
    ):
        with pytest.raises(CertificateUnusable, match=words):
            make_context(change(settings, **values))


def test_a_key_with_a_passphrase_does_not_ask_the_terminal(
    settings: IcapsSettings, tmp_path: Path
) -> None:
    from cryptography.hazmat.primitives import serialization

    data = (tmp_path / "key.pem").read_bytes()
    locked = serialization.load_pem_private_key(data, None).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"secret"),
    )
    (tmp_path / "key.pem").write_bytes(locked)
    with pytest.raises(CertificateUnusable, match="unencrypted private key"):
        make_context(change(settings, key=str(tmp_path / "key.pem")))


def test_expiry_is_told(settings: IcapsSettings) -> None:
    assert abs(certificate_expiry(settings) - NOW - timedelta(days=30)) < timedelta(minutes=1)


def test_a_certificate_that_is_over_is_refused(authority: trustme.CA, tmp_path: Path) -> None:
    settings = issue(authority, tmp_path, NOW - timedelta(days=1))
    make_context(settings)
    with pytest.raises(CertificateUnusable, match=r"\[icaps\] certificate .* has expired"):
        certificate_expiry(settings)


def test_common_names() -> None:
    certificate = {"subject": ((("countryName", "FR"),), (("commonName", "proxy\n-1"),))}
    assert subject_of(certificate) == "proxy\ufffd-1"
    assert subject_of({"subject": ((("commonName", "x" * 999),),)}) == "x" * 256
    for nobody in (None, {}, {"subject": ()}, {"subject": ((("countryName", "FR"),),)}):
        assert subject_of(nobody) == ""
