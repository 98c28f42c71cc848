"""The shipped channel table, service by service."""

import tomllib
from pathlib import Path

import pytest

from icap_server.payload.channels import Channels
from verdicts.model import Direction

FILE = Path(__file__).parents[2] / "rules" / "channels.toml"
CHANNELS = Channels.read(FILE)
UP, DOWN = Direction.UPLOAD, Direction.DOWNLOAD
CASES = [
    ("files.slack.com", "/upload/v1/CwABAAAA", UP, "slack"),
    ("files.slack.com", "/files-pri/T1-F1/download/a.zip", DOWN, "slack"),
    ("acme.slack.com", "/api/files.getUploadURLExternal", UP, "slack"),
    ("slack.com.example.org", "/api/files.upload", UP, "unknown"),
    ("cdn.discordapp.com", "/attachments/1/2/photo.exe", DOWN, "discord"),
    ("discord.com", "/api/v10/channels/1/messages", UP, "discord"),
    ("discord-attachments-uploads-prd.storage.googleapis.com", "/u/photo.exe", UP, "discord"),
    ("storage.googleapis.com", "/u/photo.exe", UP, "unknown"),
    ("as-prod.asyncgw.teams.microsoft.com", "/v1/objects/1/content/imgpsh", UP, "teams"),
    ("acme-my.sharepoint.com", "/personal/a/Documents/a.docx", DOWN, "sharepoint"),
    ("api.asm.skype.com", "/v1/objects/1/content/original", UP, "skype"),
    ("mmg.whatsapp.net", "/mms/document/abc", UP, "whatsapp"),
    ("media.fra3-1.cdn.whatsapp.net", "/v/t62", DOWN, "whatsapp"),
    ("api.telegram.org", "/bot123:abc/sendDocument", UP, "telegram-bot"),
    ("api.telegram.org", "/", DOWN, "telegram"),
    ("venus.web.telegram.org", "/apiws", UP, "telegram"),
    ("www.facebook.com", "/ajax/mercury/upload.php", UP, "messenger"),
    ("www.facebook.com", "/photos/1", DOWN, "unknown"),
    ("rupload.facebook.com", "/wa-msgr/mms/image/abc", UP, "messenger"),
    ("chat.google.com", "/uploads", UP, "google-chat"),
    ("api.zoom.us", "/v2/chat/users/me/files", UP, "zoom"),
    ("cdn2.signal.org", "/attachments/abc", DOWN, "signal"),
    ("webexapis.com", "/v1/messages", UP, "webex-bot"),
    ("files-api.wbx2.com", "/v1/x", UP, "webex"),
    ("matrix.org", "/_matrix/media/v3/upload", UP, "matrix"),
    ("matrix.org", "/blog", DOWN, "unknown"),
    ("file.wx.qq.com", "/cgi-bin/mmwebwx-bin/webwxuploadmedia", UP, "wechat"),
    ("wx2.qq.com", "/cgi-bin/mmwebwx-bin/webwxgetmedia", DOWN, "wechat"),
    ("obs-sg.line-apps.com", "/talk/m/upload.nhn", UP, "line"),
    ("dl-media.viber.com", "/x", DOWN, "viber"),
    ("filetransfer.msg.yahoo.com", "/notifyft", UP, "yahoo-messenger"),
    ("gateway.messenger.hotmail.com", "/gateway/gateway.dll", UP, "msn-messenger"),
    ("www.example.org", "/", DOWN, "unknown"),
]


@pytest.mark.parametrize("host, path, direction, name", CASES)
def test_channel(host: str, path: str, direction: Direction, name: str) -> None:
    assert CHANNELS.look_up(host, path, direction) == name


def test_every_channel_has_a_case() -> None:
    tables = tomllib.loads(FILE.read_text("utf-8"))["channel"]
    names = {table["name"] for table in tables}
    assert names == {name for *_, name in CASES} - {"unknown"}
    assert len(names) >= 14


def test_every_entry_has_its_source() -> None:
    for table in tomllib.loads(FILE.read_text("utf-8"))["channel"]:
        assert table["source"].startswith("https://"), table


def test_self_hosted_examples_are_ready_to_uncomment(tmp_path: Path) -> None:
    lines = FILE.read_text("utf-8").splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("# Services that you run"))
    end = next(n for n, line in enumerate(lines) if n > start and not line.startswith("#"))
    copy = tmp_path / "channels.toml"
    copy.write_text("\n".join(line.lstrip("# ") for line in lines[start + 1 : end]))
    channels = Channels.read(copy)
    assert channels.look_up("chat.example.com", "/api/v4/files", UP) == "mattermost"
    assert channels.look_up("chat.example.com", "/file-upload/1/a.exe", DOWN) == "rocketchat"
    assert channels.look_up("matrix.example.com", "/_matrix/media/v3/upload", UP) == "matrix"
