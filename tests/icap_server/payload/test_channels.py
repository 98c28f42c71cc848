"""Which service a transfer belongs to, and what is refused in rules/channels.toml."""

from pathlib import Path

import pytest

from icap_server.payload.channels import Channels
from verdicts.model import Direction
from verdicts.rule_file import RuleFileError

UP, DOWN = Direction.UPLOAD, Direction.DOWNLOAD
FILE = """
[[channel]]
name = "narrow"
hosts = ["*.chat.example"]
paths = ["/api/v*/files*", "/up/?"]
direction = "upload"
source = "https://docs.example"
note = "n"

[[channel]]
name = "exact"
hosts = ["cdn.chat.example", "media.other.example"]

[[channel]]
name = "wide"
hosts = ["*.chat.example", "chat.example", "*.example"]
"""


def read(tmp_path: Path, text: str) -> Channels:
    (tmp_path / "channels.toml").write_text(text)
    return Channels.read(tmp_path / "channels.toml")


@pytest.mark.parametrize(
    "host, path, direction, channel",
    [
        ("cdn.chat.example", "/api/v9/files/1/x", UP, "narrow"),
        ("cdn.chat.example", "/up/1", UP, "narrow"),
        ("cdn.chat.example", "/up/12", UP, "exact"),
        ("cdn.chat.example", "/API/v9/files", UP, "exact"),
        ("cdn.chat.example", "/x/api/v9/files", UP, "exact"),
        ("cdn.chat.example", "/api/v9/files", DOWN, "exact"),
        ("a.b.chat.example", "/api/v9/files", UP, "narrow"),
        ("a.b.chat.example", "/", UP, "wide"),
        ("chat.example", "/api/v9/files", UP, "wide"),
        ("media.other.example", "/", DOWN, "exact"),
        ("evilchat.example", "/", DOWN, "wide"),
        ("example", "/", DOWN, "unknown"),
        ("chat.example.evil", "/", DOWN, "unknown"),
        ("", "", DOWN, "unknown"),
    ],
)
def test_the_first_of_the_file_wins(
    tmp_path: Path, host: str, path: str, direction: Direction, channel: str
) -> None:
    assert read(tmp_path, FILE).look_up(host, path, direction) == channel


def test_no_channel_at_all(tmp_path: Path) -> None:
    assert read(tmp_path, "").look_up("a.example", "/", UP) == "unknown"


def test_the_shipped_file_is_understood() -> None:
    channels = Channels.read(Path(__file__).parents[3] / "rules" / "channels.toml")
    assert channels.look_up("cdn.discordapp.com", "/attachments/1/2/a.png", DOWN) == "discord"
    assert channels.look_up("www.example.com", "/", DOWN) == "unknown"


@pytest.mark.parametrize(
    "text, line, message",
    [
        ("x = 1", 1, "unknown key 'x' in the list of channels; known keys: channel"),
        ("[[channel]]\nhosts = ['a']", 1, "name takes a text"),
        ("[[channel]]\nname = 1\nhosts = ['a']", 2, "name takes a text"),
        ("[[channel]]\nname = 'A b'\nhosts = ['a']", 2, "name takes a-z, 0-9"),
        ("[[channel]]\nname = 'unknown'\nhosts = ['a']", 2, "name 'unknown' stands for"),
        ("[[channel]]\nname = 'a'", 1, "hosts takes a list of texts"),
        ("[[channel]]\nname = 'a'\nhosts = 'a'", 3, "hosts takes a list of texts"),
        ("[[channel]]\nname = 'a'\nhosts = []", 3, "hosts takes a list of texts"),
        ("[[channel]]\nname = 'a'\nhosts = ['a', 1]", 3, "hosts takes a list of texts"),
        ("[[channel]]\nname = 'a'\nhosts = ['A.b']", 3, "hosts: 'A.b' is no host"),
        ("[[channel]]\nname = 'a'\nhosts = ['a']\npaths = ['x']", 4, "paths 'x' must begin with"),
        ("[[channel]]\nname = 'a'\nhosts = ['a']\ndirection = 'up'", 4, "direction is upload or"),
        ("[[channel]]\nname = 'a'\nhosts = ['a']\nnote = 1", 4, "note takes a text"),
        (
            "[[channel]]\nname = 'a'\nhosts = ['a']\n\n[[channel]]\nname = 'b'\nhost = 'a'",
            7,
            "unknown key 'host' in channel 'b'; known keys: name, hosts, paths, direction, source",
        ),
    ],
)
def test_refused(tmp_path: Path, text: str, line: int, message: str) -> None:
    with pytest.raises(RuleFileError) as caught:
        read(tmp_path, text)
    assert str(caught.value).startswith(f"{tmp_path}/channels.toml:{line}: {message}")
