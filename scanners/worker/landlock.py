"""Landlock (Linux >= 5.13): take every right over files, ports and foreign processes away.

The file descriptors that the process already holds keep working; nothing new can be opened.
"""

import ctypes
import os
import struct

from scanners.worker.kernel import syscall

# Numbers are the same on every architecture of Linux but Alpha.
CREATE_RULESET = 444
RESTRICT_SELF = 446
VERSION_QUERY = 1

# Highest access right of each ABI, from include/uapi/linux/landlock.h.  A ruleset that handles a
# right without granting it anywhere denies it; handling a right the kernel lacks is an error.
FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
NETWORK_SINCE, NETWORK_RIGHTS = 4, 2
SCOPES_SINCE, SCOPES = 6, 2  # abstract Unix sockets and signals to processes outside


def abi_version() -> int:
    """Return the ABI of the running kernel, >= 1; raise OSError where there is no Landlock."""
    return syscall(
        CREATE_RULESET, ctypes.c_char_p(None), ctypes.c_size_t(0), ctypes.c_uint32(VERSION_QUERY)
    )


def ruleset_attributes(abi: int) -> bytes:
    """Return `struct landlock_ruleset_attr` for an ABI >= 1: all that it can deny.

    Rights of an ABI newer than 7 are unknown to us and stay as the kernel has them; the seccomp
    filter stands behind.
    """
    attributes = struct.pack("=Q", (1 << FILE_RIGHTS[min(abi, max(FILE_RIGHTS))]) - 1)
    if abi >= NETWORK_SINCE:
        attributes += struct.pack("=Q", (1 << NETWORK_RIGHTS) - 1)
    if abi >= SCOPES_SINCE:
        attributes += struct.pack("=Q", (1 << SCOPES) - 1)
    return attributes


def deny_everything() -> None:
    """Restrict this process for good; no_new_privs must be set.  Raise OSError if it cannot be."""
    attributes = ruleset_attributes(abi_version())
    ruleset = syscall(
        CREATE_RULESET,
        ctypes.c_char_p(attributes),
        ctypes.c_size_t(len(attributes)),
        ctypes.c_uint32(0),
    )
    try:
        syscall(RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0))
    finally:
        os.close(ruleset)
