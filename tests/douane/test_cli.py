"""The command line as a whole: helps, versions, and one line for what a person can mend."""

import argparse
import os
import subprocess
import sys
from importlib import import_module

import pytest

from douane import __version__
from douane.child import NotReady
from douane.cli import COMMANDS, build_parser, main
from douane.settings_file import ConfigError
from scanners.worker.pool import ZygoteFailed
from verdicts.ledger.questions import LedgerFailed


@pytest.mark.parametrize("words", [[], *([name] for name in COMMANDS)], ids=str)
def test_every_help_has_examples(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*words, "--help"])
    text = capsys.readouterr().out
    assert ended.value.code == 0
    examples = text.partition("\nexamples:\n")[2]
    assert " ".join(["  douane", *words]) in examples
    assert max(map(len, text.split("\n"))) <= 100


def test_every_example_is_understood(capsys: pytest.CaptureFixture[str]) -> None:
    """What a help shows must work when it is copied."""
    for command in (import_module(f"douane.commands.{name}") for name in COMMANDS):
        for line in command.EXAMPLES.split("\n") if hasattr(command, "EXAMPLES") else ():
            words = line.split()
            if "douane" in words:
                given = [w for w in words[words.index("douane") + 1 :] if "=" not in w]
                assert isinstance(build_parser().parse_args(given), argparse.Namespace)


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"Douane {__version__}\n"


@pytest.mark.parametrize("words", [[], ["nonsense"], ["keys"], ["scan"], ["serve", "--x"]])
def test_wrong_words_are_status_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert "usage: douane" in capsys.readouterr().err


@pytest.mark.parametrize(
    "fault",
    [
        ConfigError("douane.toml:3: wrong"),
        NotReady("front-0 does not start"),
        ZygoteFailed("no rules"),
        LedgerFailed("the ledger could not do it"),
        PermissionError(13, "Permission denied"),
    ],
)
def test_what_can_be_mended_is_one_line(
    fault: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: object) -> None:
        raise fault

    monkeypatch.setattr("douane.commands.config.run", fail)
    assert main(["config"]) == 2
    assert capsys.readouterr().err == f"douane: {fault}\n"


def test_control_c(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("douane.commands.config.run", interrupt)
    assert main(["config"]) == 130


def test_who_has_seen_enough_is_told_no_more() -> None:
    """As `douane config | head -0` does."""
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "douane.cli", "config"],
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


def test_a_name_that_the_terminal_lacks_is_no_traceback() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii:strict"}
    done = subprocess.run(
        [sys.executable, "-m", "douane.cli", "scan", "--offline", "\u4e2d\u6587\u202e"],
        env={**environment, "DOUANE_CONFIG": "/nonexistent/\u4e2d.toml"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    assert b"\\u4e2d.toml" in done.stderr
