"""ICAPS: what TLS we speak, and whether the certificate is one that clients can accept."""

import ssl
from datetime import UTC, datetime

from icap_server.settings import IcapsSettings

CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""For TLS 1.2: forward secrecy and authenticated encryption only (RFC 9325 §4.2)."""
HANDSHAKE_SECONDS = 10.0
SHUTDOWN_SECONDS = 5.0
"""How long the other side may take to say goodbye; then the socket is closed."""
MAX_SUBJECT = 256


class CertificateUnusable(OSError):
    """TLS cannot be offered; the text names the setting at fault."""


def make_context(settings: IcapsSettings) -> ssl.SSLContext:
    """Return what every connection of the port is secured with.  Raises CertificateUnusable."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
    _load_certificate(context, settings)
    if settings.client_certificates != "off":
        _load_authorities(context, settings)
    return context


def _load_certificate(context: ssl.SSLContext, settings: IcapsSettings) -> None:
    if not settings.certificate:
        raise CertificateUnusable("[icaps] certificate is not set, but [icaps] listen is")
    _require_readable("certificate", settings.certificate)
    key = settings.key or settings.certificate
    _require_readable("key", key)
    try:  # without an answer of ours OpenSSL would ask the terminal for a passphrase
        context.load_cert_chain(settings.certificate, key, password=lambda: b"")
    except (ssl.SSLError, ValueError) as error:
        raise CertificateUnusable(
            f"[icaps] certificate {settings.certificate} and key {key} are no certificate (PEM) "
            f"with its unencrypted private key: {_words(error)}"
        ) from error


def _load_authorities(context: ssl.SSLContext, settings: IcapsSettings) -> None:
    if not settings.client_ca:
        raise CertificateUnusable(
            f'[icaps] client_ca is not set, but client_certificates = "'
            f'{settings.client_certificates}" needs it'
        )
    _require_readable("client_ca", settings.client_ca)
    try:
        context.load_verify_locations(settings.client_ca)
    except ssl.SSLError as error:
        raise CertificateUnusable(
            f"[icaps] client_ca {settings.client_ca} holds no certificate (PEM): {_words(error)}"
        ) from error
    required = settings.client_certificates == "required"
    context.verify_mode = ssl.CERT_REQUIRED if required else ssl.CERT_OPTIONAL


def certificate_expiry(settings: IcapsSettings) -> datetime:
    """Return until when the certificate is valid, by a handshake with ourselves in memory.

    Raises CertificateUnusable: it is over, not yet valid, or not one for servers.
    """
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _load_certificate(server, settings)
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    client.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # it may be trusted without its authority
    client.load_verify_locations(settings.certificate)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = server.wrap_bio(to_server, to_client, server_side=True)
    theirs = client.wrap_bio(to_client, to_server)
    try:
        for side in (theirs, ours, theirs):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    except ssl.SSLError as error:
        raise CertificateUnusable(
            f"[icaps] certificate {settings.certificate} would be refused: {_words(error)}"
        ) from error
    stated = theirs.getpeercert()
    assert stated is not None  # noqa: S101 - it was verified
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(stated["notAfter"])), UTC)


def subject_of(certificate: object) -> str:
    """Return the common name in a verified certificate as ssl states it; empty if there is none."""
    if not isinstance(certificate, dict):
        return ""
    for names in certificate.get("subject", ()):
        for kind, text in names:
            if kind == "commonName":
                return "".join(c if c.isprintable() else "\ufffd" for c in text[:MAX_SUBJECT])
    return ""


def _require_readable(key: str, path: str) -> None:
    try:
        with open(path, "rb"):
            pass
    except OSError as error:
        raise CertificateUnusable(f"[icaps] {key}: {path}: {error.strerror}") from error


def _words(error: Exception) -> str:
    """Return what OpenSSL says, without the places in its source."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    reason = error.reason if isinstance(error, ssl.SSLError) else None
    return reason.replace("_", " ").lower() if reason else str(error)
