"""Landlock: the attributes of every ABI, and what is left of a process that entered it."""

import os
import struct
from pathlib import Path

import pytest

from scanners.worker import kernel, landlock


@pytest.mark.parametrize(
    "abi, attributes",
    [
        (1, (0x1FFF,)),
        (2, (0x3FFF,)),
        (3, (0x7FFF,)),
        (4, (0x7FFF, 3)),
        (5, (0xFFFF, 3)),
        (6, (0xFFFF, 3, 3)),
        (7, (0xFFFF, 3, 3)),
        (99, (0xFFFF, 3, 3)),
    ],
)
def test_each_abi_denies_all_it_knows(abi: int, attributes: tuple[int, ...]) -> None:
    assert landlock.ruleset_attributes(abi) == struct.pack(f"={len(attributes)}Q", *attributes)


def test_nothing_can_be_opened_and_what_is_open_still_works(tmp_path: Path) -> None:
    (tmp_path / "open").write_bytes(b"content")
    descriptor = os.open(tmp_path / "open", os.O_RDONLY)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
            landlock.deny_everything()
            status = 2
            if os.read(descriptor, 7) == b"content":
                os.open(tmp_path / "open", os.O_RDONLY)
        except PermissionError:
            status += 10
        finally:
            os._exit(status)
    os.close(descriptor)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 12


def test_without_no_new_privileges_an_ordinary_user_is_refused() -> None:
    child = os.fork()
    if child == 0:
        status = 1
        try:
            if os.geteuid() == 0:
                os.setuid(65534)
            landlock.deny_everything()
        except PermissionError:
            status = 0
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
