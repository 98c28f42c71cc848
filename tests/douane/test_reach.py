"""Which service, which key; what is missing is said with its fix, and no key is ever shown."""

import argparse
import json
from pathlib import Path

import pytest

from douane.client import ClientError
from douane.reach import KEY_VARIABLE, add_options, open_client
from douane.settings import Settings

KEY = "dk_0123456789"


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)


@pytest.fixture
def served(settings: Settings) -> Path:
    """Settings whose service seems to run; return the file."""
    settings.run_directory.mkdir(parents=True)
    settings.addresses_file.write_text(json.dumps({"api": "0.0.0.0:8080"}))
    (settings.state.directory / "admin.key").write_text(KEY + "\n")
    return settings.state.directory.parent / "douane.toml"


def opened(*words: object, config: Path | None = None) -> tuple[str, str]:
    """Return the address and the key that are used."""
    parser = argparse.ArgumentParser()
    add_options(parser)
    arguments = parser.parse_args(list(map(str, words)))
    arguments.config = config
    with open_client(arguments) as client:
        address, headers = client._http.base_url, client._http.headers
    return str(address).rstrip("/"), headers["authorization"].removeprefix("Bearer ")


def test_the_local_service_and_its_key(served: Path) -> None:
    assert opened(config=served) == ("http://127.0.0.1:8080", KEY)


def test_a_key_of_ones_own(served: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "dk_variable\n")
    assert opened(config=served)[1] == "dk_variable"
    (tmp_path / "key").write_text("dk_file\n")
    assert opened("--key", tmp_path / "key", config=served)[1] == "dk_file"


def test_another_service(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("dk_file\n")
    given = ("--url", "https://soc.example", "--key", tmp_path / "key")
    assert opened(*given) == ("https://soc.example", "dk_file")
    plain = ("--url", "http://soc.example", "--key", tmp_path / "key", "--plain-http")
    assert opened(*plain)[0] == "http://soc.example"


def test_another_service_never_gets_the_local_admin_key(served: Path) -> None:
    with pytest.raises(ClientError, match=f"--key, or set {KEY_VARIABLE}"):
        opened("--url", "https://soc.example", config=served)


def test_no_service_runs(served: Path, settings: Settings) -> None:
    for text in ("", "[]", '{"icap": "x"}'):
        settings.addresses_file.write_text(text)
        with pytest.raises(ClientError, match=r"douane serve.*--config.*--url"):
            opened(config=served)
    settings.addresses_file.unlink()
    with pytest.raises(ClientError, match="douane serve"):
        opened(config=served)


def test_a_key_on_the_command_line_is_not_shown(served: Path) -> None:
    with pytest.raises(ClientError, match="not a key") as wrong:
        opened("--key", KEY, config=served)
    assert KEY not in str(wrong.value)


def test_files_that_hold_no_key(served: Path, tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "key").write_bytes(b"\xff\xfe")
    for path in (tmp_path / "key", tmp_path):
        with pytest.raises(ClientError, match="cannot be read or holds no key"):
            opened("--key", path, config=served)
    (settings.state.directory / "admin.key").unlink()
    with pytest.raises(ClientError, match="is gone"):
        opened(config=served)
