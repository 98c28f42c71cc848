"""A shell in which one block after the other is run, as somebody does who reads a page."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Self

END = "-- this block is done --"
"""Printed behind each block, with its exit status."""


class Shell:
    """One bash: what a block sets, the next one knows."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            ["bash", "--norc", "-o", "pipefail"],
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, text: str) -> tuple[str, int]:
        """Return what the block printed, complaints too, and the status of its last command."""
        script, output = self._pipes()
        script.write(f'{{\n{text}\n}} </dev/null\necho "{END}$?"\n')
        script.flush()
        printed = ""
        for line in output:
            before, end, status = line.partition(END)
            printed += before
            if end:
                return printed, int(status)
        raise AssertionError(f"the shell ended: {printed}")

    def _pipes(self) -> tuple[IO[str], IO[str]]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        return self._process.stdin, self._process.stdout

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        script, output = self._pipes()
        script.close()
        output.close()
        self._process.wait(10)
