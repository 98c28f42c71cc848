"""What /proc tells of running processes: who descends from whom, and what they hold."""

import os
from pathlib import Path

PROC = Path("/proc")
KiB = 1024


def children(pid: int) -> list[int]:
    return [child for child in descendants(pid) if _field(child, "PPid") == str(pid)]


def descendants(pid: int) -> list[int]:
    """Return the children of `pid`, their children and so on, parents first."""
    parents: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit() and (parent := _field(int(entry.name), "PPid")):
            parents.setdefault(int(parent), []).append(int(entry.name))
    found = list(parents.get(pid, []))
    for child in found:  # grows while it is walked
        found.extend(parents.get(child, []))
    return found


def _field(pid: int, name: str) -> str:
    """Return the first word of a line of /proc/PID/status, empty if the process is gone."""
    try:
        lines = (PROC / str(pid) / "status").read_text().splitlines()
    except OSError:
        return ""
    return next((line.split()[1] for line in lines if line.startswith(name + ":")), "")


def name(pid: int) -> str:
    return _field(pid, "Name")


def command_line(pid: int) -> str:
    """Return the words with blanks between, empty if the process is gone."""
    try:
        return (PROC / str(pid) / "cmdline").read_text(errors="replace").replace("\0", " ")
    except OSError:
        return ""


def is_sandboxed(pid: int) -> bool:
    """Tell whether a seccomp filter is on: of Douane's processes, only scan workers have one."""
    return _field(pid, "Seccomp") == "2"


def is_alive(pid: int) -> bool:
    return _field(pid, "State") not in ("", "Z", "X")


def resident_bytes(pid: int) -> int:
    return int(_field(pid, "VmRSS") or 0) * KiB


def thread_count(pid: int) -> int:
    return int(_field(pid, "Threads") or 0)


def descriptor_count(pid: int) -> int:
    return len(os.listdir(PROC / str(pid) / "fd"))


def used_memory() -> int:
    """Return AnonPages + Shmem of the machine in bytes: a memfd counts as shared memory only."""
    fields = dict(line.split(":") for line in (PROC / "meminfo").read_text().splitlines())
    return sum(int(fields[key].split()[0]) for key in ("AnonPages", "Shmem")) * KiB


def group_memory(pid: int) -> int:
    """Return AnonPages + Shmem of a process and its descendants in bytes, shared pages once.

    Memory files are counted through their descriptors: nobody need have mapped them.
    """
    total = 0
    files: dict[int, int] = {}
    for member in (pid, *descendants(pid)):
        folder = PROC / str(member)
        try:
            fields = (line.split() for line in (folder / "smaps_rollup").read_text().splitlines())
            total += sum(int(words[1]) * KiB for words in fields if words[0] == "Pss_Anon:")
            for link in (folder / "fd").iterdir():
                if os.readlink(link).startswith("/memfd:"):
                    status = link.stat()
                    files[status.st_ino] = status.st_blocks * 512
        except OSError:
            continue  # it ended, or the descriptor was closed, while we looked
    return total + sum(files.values())
