"""The c-icap-client binary, as a second independent client."""

from pathlib import Path

import pytest

from bench.clients import c_icap_client
from bench.servers.douane import Douane
from samples.builders import eicar

pytestmark = pytest.mark.server

OPTIONS = [(), ("-nopreview",), ("-no204",), ("-nopreview", "-no204"), ("-w", "0"), ("-w", "1024")]
SERVICES = [("respmod", False), ("reqmod", True), ("avscan", False), ("avscan?allow204=on", True)]


@pytest.mark.parametrize("options", OPTIONS, ids=" ".join)
@pytest.mark.parametrize("service, upload", SERVICES)
def test_a_clean_file_comes_back_whole(
    douane: Douane, tmp_path: Path, service: str, upload: bool, options: tuple[str, ...]
) -> None:
    content = b"A clean letter.\n" * 9000
    file = tmp_path / "letter.txt"
    file.write_bytes(content)
    printed = c_icap_client(douane.icap_port, service, file, upload=upload, options=options)
    assert printed.status in (200, 204), printed.heads
    assert printed.body == content
    assert "X-Infection-Found" not in printed.heads


@pytest.mark.parametrize("options", OPTIONS, ids=" ".join)
@pytest.mark.parametrize("service, upload", SERVICES)
def test_a_bad_file_does_not(
    douane: Douane, tmp_path: Path, service: str, upload: bool, options: tuple[str, ...]
) -> None:
    file = tmp_path / "test.com"
    file.write_bytes(eicar())
    printed = c_icap_client(douane.icap_port, service, file, upload=upload, options=options)
    assert printed.status == 200, printed.heads
    assert "X-Infection-Found: Type=0; Resolution=2; Threat=" in printed.heads
    assert "403 Forbidden" in printed.heads
    assert eicar() not in printed.body
