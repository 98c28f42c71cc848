"""Settings of sinks: what is refused, and with which words."""

from typing import Any

import pytest
from pydantic import ValidationError

from verdicts.delivery.settings import (
    ExportSettings,
    SplunkSettings,
    SyslogSettings,
    WebhookSettings,
    check_url,
)

HOOK: dict[str, Any] = {"name": "soc", "url": "https://soc.example/in", "secret_file": "s"}
SYSLOG: dict[str, Any] = {"name": "siem", "address": "siem.example:6514"}
SPLUNK: dict[str, Any] = {"name": "sp", "url": "https://splunk:8088", "token_file": "t"}


def test_the_least_one_has_to_say() -> None:
    assert WebhookSettings(**HOOK).kinds == ("verdict", "alarm")
    assert SyslogSettings(**SYSLOG).place == ("siem.example", 6514)
    assert SplunkSettings(**SPLUNK).index == ""
    assert ExportSettings(name="x", path="out.jsonl").format == "ecs"
    assert SyslogSettings(name="a", address="[::1]:514").place == ("::1", 514)


@pytest.mark.parametrize(
    "made, given, words",
    [
        (WebhookSettings, {**HOOK, "name": ""}, "set a name"),
        (WebhookSettings, {**HOOK, "name": "A b"}, "set a name"),
        (WebhookSettings, {**HOOK, "name": "x" * 33}, "set a name"),
        (WebhookSettings, {**HOOK, "url": ""}, "set where to"),
        (WebhookSettings, {**HOOK, "secret_file": ""}, "set the file with its secret"),
        (WebhookSettings, {**HOOK, "url": "http://soc.example/in"}, "write https"),
        (WebhookSettings, {**HOOK, "kinds": []}, "at least 1"),
        (WebhookSettings, {**HOOK, "kinds": ["gossip"]}, "Input should be"),
        (WebhookSettings, {**HOOK, "minimum_level": "bad"}, "Input should be"),
        (WebhookSettings, {**HOOK, "secret": "whsec_x"}, "Extra inputs"),
        (SyslogSettings, {**SYSLOG, "address": ""}, "set host:port"),
        (SyslogSettings, {**SYSLOG, "address": "siem"}, "write host:port"),
        (SyslogSettings, {**SYSLOG, "address": "siem:x"}, "write host:port"),
        (SyslogSettings, {**SYSLOG, "address": "siem:0"}, "1 to 65535"),
        (SyslogSettings, {**SYSLOG, "address": "siem:70000"}, "1 to 65535"),
        (SyslogSettings, {**SYSLOG, "app_name": "two words"}, "pattern"),
        (SplunkSettings, {**SPLUNK, "url": "http://splunk:8088"}, "write https"),
        (SplunkSettings, {**SPLUNK, "token_file": ""}, "set the file with its token"),
        (ExportSettings, {"name": "x"}, "set the file to write"),
    ],
)
def test_refused(made: type, given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        made(**given)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://x/",
        "https://",
        "https:///x",
        "soc.example",
        "https://user:secret@soc.example/",
        "https://@soc.example/",
        "https://soc.example/#x",
        "https://soc.example:99999/",
        "https://soc.example:0/",
        "https://soc.example/a b",
        "https://söc.example/",
        "https://soc.example/\r\nX: y",
        "https://[::1/",
        "https://[v1.x]/",
        "https://0177.0.0.1/x",
        "https://256.1.1.1/",
        "https://soc.example/" + "a" * 70_000,
    ],
)
def test_no_url_for_us(url: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        check_url(url, http=True)


def test_http_only_in_so_many_words() -> None:
    allowed = {"name": "a", "allow_private": True, "url": "http://127.0.0.1/", "secret_file": "s"}
    assert WebhookSettings.model_validate(allowed).url == "http://127.0.0.1/"
    splunk = {"name": "a", "allow_http": True, "url": "http://127.0.0.1/", "token_file": "t"}
    assert SplunkSettings.model_validate(splunk).url == "http://127.0.0.1/"
