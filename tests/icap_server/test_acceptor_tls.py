"""The accept loop with TLS: versions, names, plain bytes, and handshakes that do not end."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trustme

from icap_server import acceptor as module
from icap_server.acceptor import Acceptor
from icap_server.client import Client
from icap_server.settings import IcapsSettings
from icap_server.tls import make_context
from tests.icap_server.doors import Door, Flaky


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
async def secure(
    listener: Flaky, door: Door, authority: trustme.CA, tmp_path: Path
) -> AsyncIterator[Acceptor]:
    certificate, ca = tmp_path / "server.pem", tmp_path / "ca.pem"
    authority.issue_cert("icap.example").private_key_and_cert_chain_pem.write_to_path(certificate)
    authority.cert_pem.write_to_path(ca)
    settings = IcapsSettings(
        certificate=str(certificate), client_certificates="optional", client_ca=str(ca)
    )
    acceptor = Acceptor(listener, door, make_context(settings))
    acceptor.start()
    yield acceptor
    await acceptor.stop()


def trusting(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    """Return a client's context; with a name it shows a certificate for it."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    for name in names:
        authority.issue_cert("x@icap.example", common_name=name).configure_cert(context)
    return context


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("name", ["icap.example", None])
async def test_tls_with_and_without_a_server_name(
    secure: Acceptor,
    listener: Flaky,
    door: Door,
    authority: trustme.CA,
    *,
    version: ssl.TLSVersion,
    name: str | None,
) -> None:
    context = trusting(authority)
    context.minimum_version = context.maximum_version = version
    context.check_hostname = name is not None
    reader, writer = await asyncio.open_connection(
        *listener.getsockname(), ssl=context, server_hostname=name or ""
    )
    writer.write(b"hello")
    assert await reader.read(5) == b"hello"
    writer.close()
    await writer.wait_closed()
    assert door.clients == [Client("127.0.0.1", secure=True)]


async def test_plain_bytes_on_the_tls_port_fail_at_once(
    secure: Acceptor, listener: Flaky, door: Door
) -> None:
    reader, writer = await asyncio.open_connection(*listener.getsockname())
    writer.write(b"OPTIONS icap://h/reqmod ICAP/1.0\r\n\r\n")
    try:
        heard = await asyncio.wait_for(reader.read(), 2)
    except ConnectionResetError:
        heard = b""
    assert b"ICAP" not in heard
    await door.until(lambda: bool(door.forgotten))
    assert door.forgotten[0]
    writer.close()


async def test_a_handshake_that_does_not_go_on_has_an_end(
    secure: Acceptor, listener: Flaky, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HANDSHAKE_SECONDS", 0.05)
    reader, writer = await asyncio.open_connection(*listener.getsockname())
    writer.write(b"\x16\x03\x01")
    assert await asyncio.wait_for(reader.read(), 5) == b""
    await door.until(lambda: len(door.forgotten) == 1)
    writer.close()


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
async def test_an_old_version_is_refused(
    secure: Acceptor, listener: Flaky, door: Door, authority: trustme.CA
) -> None:
    context = trusting(authority)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await asyncio.open_connection(*listener.getsockname(), ssl=context, server_hostname="x")
    await door.until(lambda: len(door.forgotten) == 1)


async def test_stop_ends_handshakes(listener: Flaky, door: Door, authority: trustme.CA) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("x.example").configure_cert(context)
    acceptor = Acceptor(listener, door, context)
    acceptor.start()
    reader, writer = await asyncio.open_connection(*listener.getsockname())
    await door.until(lambda: bool(door.clients))
    await acceptor.stop()
    assert door.forgotten == [""]
    assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()
