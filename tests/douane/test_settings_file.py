"""douane.toml: every complaint names file and line, every value its origin."""

import re
from pathlib import Path

import pytest

from douane.settings_file import DEFAULT, ENVIRONMENT, ConfigError, load_settings

WRONG = [
    # text, line, what is said
    ("[icpa]\n", 1, "unknown key 'icpa' at the top level; known keys: icap"),
    ("\nlisten = 1\n", 2, "unknown key 'listen' at the top level"),
    ("[icap]\n# x\nlisen = 'a:1'\n", 3, "unknown key 'lisen' in [icap]; known keys: listen"),
    ("[icap]\nfronts = '2'\n", 2, "icap.fronts: input should be a valid integer"),
    ("[icap]\nfronts = 2.5\n", 2, "icap.fronts: input should be a valid integer"),
    ("[icap]\nfronts = true\n", 2, "icap.fronts: input should be a valid integer"),
    ("[icap]\nfronts = 65\n", 2, "icap.fronts: input should be less than or equal to 64"),
    ("[icap]\necho = 1\n", 2, "icap.echo: input should be a valid boolean"),
    ("[icap]\nlisten = 1344\n", 2, "icap.listen: input should be a valid string"),
    ("[icap]\nlisten = '1344'\n", 2, "icap.listen: '1344' is not host:port"),
    ("[icap]\nlisten = 'a:99999'\n", 2, "icap.listen: 'a:99999' is not host:port"),
    ("[api]\nlisten = '8080'\n", 2, "api.listen: string should match"),
    ("[api]\nlisten = ':8080'\n", 2, "api.listen: ':8080' is not host:port"),
    ("[policy]\nmode = 'watch'\n", 2, "policy.mode: input should be 'enforce' or 'monitor'"),
    ("[limits]\nscan_seconds = nan\n", 2, "limits.scan_seconds"),
    ("[limits]\nscan_seconds = inf\n", 2, "limits.scan_seconds"),
    ("[limits]\nfile_bytes = 1979-05-27\n", 2, "limits.file_bytes"),
    ("[state]\ndirectory = 1\n", 2, "state.directory"),
    ("[clamav]\nsocket = 'on'\n", 2, "'on' is neither the path of a Unix socket nor host:port"),
    ("[clamav]\nsocket = 'host:'\n", 2, "neither the path"),
    ("[clamav]\nsocket = ''\n", 2, "neither the path"),
    ("icap = 1\n", 1, "write icap as a table: [icap]"),
    ("[[icap]]\nfronts = 1\n", 1, "write icap as a table: [icap]"),
    ("[icap]\nfronts = \n", 2, "not TOML"),
    (
        "[icap]\ntransfer_ignore = ['*']\n",
        1,
        'icap.transfer_complete: "*" has to stand in exactly one of transfer_preview',
    ),
    ("[icap]\nx_include = ['a:b']\n", 2, "icap.x_include: 'a:b' is not a word"),
    ("[access]\nclients = ['10.0.0.1/8']\n", 2, "10.0.0.1/8 has host bits set"),
    ("[access]\nidentity_from = ['all']\n", 2, "'all' does not appear to be an IPv4 or IPv6"),
    ("[icaps]\nlisten = '11344'\n", 2, "icaps.listen: '11344' is not host:port"),
    ("[icaps]\nclient_certificates = 'yes'\n", 2, "should be 'off', 'optional' or 'required'"),
    ("[icap]\nclient_share = 1.1\n", 2, "icap.client_share: input should be less than"),
    ("client = 1\n", 1, "write client as tables: [[client]]"),
    ("[client]\nprofile = 'f5'\n", 1, "write client as tables: [[client]]"),
    ("[[client]]\nprofil = 'f5'\n", 2, "unknown key 'profil' in [[client]]; known keys: networks"),
    (
        "[[client]]\n[[client]]\nprofile = 'NextCloud'\n",
        3,
        "client.profile: unknown profile 'NextCloud'; known profiles: generic, squid",
    ),
    (
        "[[client]]\nprofile = 'f5'\n[[client]]\nnetworks = [\n'10.0.0.0/8',\n'10.0.0.1/8']\n",
        4,
        "client.networks: takes addresses and networks such as 10.1.0.0/16: "
        "10.0.0.1/8 has host bits set",
    ),
    ("[[client]]\nservice = 'av'\n", 2, "client.service: unknown service 'av'; known services"),
    ("[[client]]\nviolations = 1\n", 2, "client.violations: input should be a valid boolean"),
    ("[[client]]\nblock = 'drop'\n", 2, "client.block: input should be 'page' or 'redirect'"),
    ("[[client]]\nverdict_fields = ['X-Virus']\n", 2, "client.verdict_fields: input should be"),
    ("[[client]]\nblock = 'redirect'\n", 2, "client.block: set redirect_url in [icap]"),
    ("[rules]\nrequire_signature = true\n", 2, "name keys in trusted_keys"),
]


@pytest.mark.parametrize("text, line, said", WRONG)
def test_what_is_wrong_has_a_place(tmp_path: Path, text: str, line: int, said: str) -> None:
    path = tmp_path / "douane.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=re.escape(f"{path}:{line}: ")) as caught:
        load_settings(path)
    assert said in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml:1: No such file"):
        load_settings(tmp_path / "none.toml")


@pytest.mark.parametrize("text", ["auto", "off", "localhost:3310", "[::1]:3310", "/run/c.sock"])
def test_every_kind_of_clamav_socket(tmp_path: Path, text: str) -> None:
    path = tmp_path / "douane.toml"
    path.write_text(f"[clamav]\nsocket = '{text}'\n")
    assert load_settings(path).settings.clamav.socket == text


def test_without_a_file_all_are_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    loaded = load_settings(None)
    assert loaded.settings.state.directory == tmp_path / "var"
    assert loaded.settings.database.url == f"sqlite:///{tmp_path}/var/douane.sqlite"
    assert {line.origin for line in loaded.origins()} == {DEFAULT}


def test_the_environment_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named, given = tmp_path / "a.toml", tmp_path / "b.toml"
    named.write_text("[cache]\nverdicts = 1\n")
    given.write_text("[cache]\nverdicts = 2\n")
    monkeypatch.setenv(ENVIRONMENT, str(named))
    assert load_settings(None).settings.cache.verdicts == 1
    assert load_settings(given).settings.cache.verdicts == 2
    monkeypatch.setenv(ENVIRONMENT, "")
    assert load_settings(None).file is None


def test_relative_paths_count_from_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "etc").mkdir()
    monkeypatch.chdir(tmp_path)
    path = Path("etc/douane.toml")
    path.write_text(
        '[state]\ndirectory = "var"\n[rules]\ndirectory = "../rules"\n'
        'trusted_keys = ["team.pub"]\nrequire_signature = true\n'
        '[clamav]\nsocket = "run/clamd.sock"\nofficial_database = "db"\n'
    )
    settings = load_settings(path).settings
    assert settings.state.directory == tmp_path / "etc/var"
    assert settings.rules.directory == tmp_path / "rules"
    assert settings.rules.trusted_keys == (tmp_path / "etc/team.pub",)
    assert settings.clamav.socket == f"{tmp_path}/etc/run/clamd.sock"
    assert settings.clamav.official_database == f"{tmp_path}/etc/db"
    assert settings.database.url == f"sqlite:///{tmp_path}/etc/var/douane.sqlite"


def test_origins_are_lines(tmp_path: Path) -> None:
    path = tmp_path / "douane.toml"
    path.write_text("[cache]\n\nverdicts = 5\n[policy]\nmode = 'monitor'\n")
    lines = load_settings(path).origins()
    origins = {(line.section, line.key): (line.value, line.origin) for line in lines}
    assert origins["cache", "verdicts"] == ("5", f"{path}:3")
    assert origins["policy", "mode"] == ('"monitor"', f"{path}:5")
    assert origins["icap", "fronts"] == ("0", DEFAULT)


def test_every_table_of_a_list_has_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "douane.toml"
    path.write_text(
        "[[client]]\nprofile = 'f5'\n\n[[client]]\nprofile = 'squid'\npreview = false\n"
    )
    lines = [line for line in load_settings(path).origins() if line.section == "client"]
    assert [
        (line.index, line.key, line.value, line.origin) for line in lines if line.origin != DEFAULT
    ] == [
        (0, "profile", '"f5"', f"{path}:2"),
        (1, "profile", '"squid"', f"{path}:5"),
        (1, "preview", "false", f"{path}:6"),
    ]
    assert "block" not in {line.key for line in lines}, "not set, and without a default"


def test_the_deployed_file_is_understood() -> None:
    load_settings(Path(__file__).parents[2] / "deploy" / "douane.toml")


def test_the_example_for_clients_is_understood(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "clients.md").read_text("utf-8")
    path = tmp_path / "douane.toml"
    path.write_text(page.split("```toml\n")[1].split("```")[0])
    assert [client.profile for client in load_settings(path).settings.client] == [
        *("nextcloud", "proxysg")
    ]


def test_files_of_the_door_lie_beside_the_settings(tmp_path: Path) -> None:
    path = tmp_path / "douane.toml"
    path.write_text(
        "[icaps]\nlisten = ''\ncertificate = 'a.pem'\nkey = '/etc/b.pem'\n"
        "[access]\nbasic_users = 'users'\n"
    )
    settings = load_settings(path).settings
    assert settings.icaps.certificate == str(tmp_path / "a.pem")
    assert (settings.icaps.key, settings.icaps.client_ca) == ("/etc/b.pem", "")
    assert settings.access.basic_users == str(tmp_path / "users")
