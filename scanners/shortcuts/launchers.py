"""What starts a shell, a script host or a download: one list of words for all that start programs.

Programs: LOLBAS (Windows), GTFOBins (Unix); only those that run or fetch what a command line says.
"""

import re
from dataclasses import dataclass

from scanners.model import Code

SHELLS = frozenset("cmd command powershell powershell_ise pwsh bash sh zsh wsl wt".split())
SCRIPT_HOSTS = frozenset("mshta wscript cscript hh autoit3 osascript".split())
LOADERS = frozenset(
    "rundll32 regsvr32 regsvcs regasm installutil msbuild cmstp odbcconf msxsl mavinject xwizard"
    " presentationhost syncappvpublishingserver conhost forfiles pcalua scriptrunner wmic schtasks"
    " msdt ieexec winrs".split()
)
DOWNLOADERS = frozenset(
    "certutil bitsadmin curl wget ftp tftp sftp scp ssh finger desktopimgdownldr".split()
)
FETCHING = frozenset("msiexec explorer iexplore control".split())
"""Ordinary by themselves; with an address in their arguments they run what lies there."""
UNMISTAKABLE = frozenset(
    "cmd powershell pwsh mshta wscript cscript rundll32 regsvr32 certutil bitsadmin".split()
)
"""Words that need no .exe behind them to be told from a word of the language."""
RUNNABLE = frozenset(
    "exe scr com pif bat cmd lnk msi msp hta js jse vbs vbe wsf wsh wsc sct ps1 psm1 cpl jar url"
    " scf reg inf msc chm xll dll ocx application appref-ms settingcontent-ms library-ms search-ms"
    " searchconnector-ms jnlp diagcab sh py apk desktop".split()
)
MAX_TEXT = 64 * 1024
"""Characters of a command that are looked at: Windows itself takes 32,767."""

_NOISE = re.compile("[\\^\"'`\0]")
_TOKEN = re.compile(r"[^\s|&;<>(),=@]+")
_ADDRESS = re.compile(r"(?:https?|ftp)://|\\\\[^\\\s?.]+\\[^\s]", re.IGNORECASE)
_OBFUSCATED = re.compile(
    r"(?:\w\^\w.{0,8}){3}|%\w{1,32}:~-?\d|%\w{1,32}:[^%=]{1,32}=[^%]{0,32}%|(?:\"\"\w){3}"
)
_UNC = re.compile(
    r"(?:file:[\\/]{2,}|[\\/]{2})(?:[?.][\\/]UNC[\\/])?(?![?.][\\/])([^\\/]+)(?:[\\/]+([^\\/]*))?",
    re.IGNORECASE,
)
_LOCAL = re.compile(r"(?:localhost|127\.0\.0\.1|[a-z][:|])$", re.IGNORECASE)
"""What stands in the place of a host, and is none or this one."""
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]+):", re.IGNORECASE)
_EXTENSION = re.compile(r"\.([a-z0-9-]{1,20})$", re.IGNORECASE)
_RISKY = frozenset("search search-ms javascript vbscript data mhtml mk its res shell local".split())
"""Schemes that run something, or show a folder of somebody else's, without asking."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Why a shortcut is more than a convenience."""

    word: str
    """Short and stable: shell, script_host, loader, download, remote, scheme …"""
    said: str
    """One sentence for a person; may quote the file."""
    code: Code = Code.CONTAINER_SHORTCUT

    @property
    def kind(self) -> tuple[Code, str]:
        """What it has in common with others of which a few are enough."""
        return self.code, self.word


def program_of(path: str) -> str:
    """Return the bare name of the program that a path starts: C:\\x\\CMD.exe is cmd."""
    plain = _NOISE.sub("", path[-MAX_TEXT:]).strip().lower().rstrip(". ")
    base = re.split(r"[\\/]", plain)[-1]
    if base.strip("%") == "comspec":
        return "cmd"
    return base.removesuffix(".exe").removesuffix(".com")


def judge_command(target: str, arguments: str = "") -> Finding | None:
    """Return why running `target` with `arguments` is dangerous; None if it looks ordinary."""
    target, arguments = target[:MAX_TEXT], arguments[:MAX_TEXT]
    program = program_of(target)
    if kind := _kind(program):
        return Finding(kind, f"starts {program}")
    if program in FETCHING and _ADDRESS.search(arguments):
        return Finding("download", f"starts {program} with an address")
    if found := judge_address(target):
        return found
    if _OBFUSCATED.search(target) or _OBFUSCATED.search(arguments):
        return Finding("obfuscated", "the command is written so that nobody can read it")
    return _in_words(arguments)


def judge_line(line: str) -> Finding | None:
    """The same for a command in one piece, quoted or not."""
    line = line[:MAX_TEXT].strip()
    if line.startswith('"'):
        first, _, rest = line[1:].partition('"')
    else:
        first, *others = line.split(maxsplit=1) or [""]
        rest = others[0] if others else ""
    return judge_command(first, rest)


def judge_address(address: str) -> Finding | None:
    """Return why opening an address is dangerous; None for the web, for paths, for neighbours.

    A host without a dot is inside the network: folders and documents there are ordinary.
    """
    address = address[:MAX_TEXT].strip().strip('"')
    unc = _UNC.match(address)
    if unc and not _LOCAL.match(unc[1]):
        host, share = unc[1], (unc[2] or "").lower()
        if any(mark in host for mark in ".:@") or share == "davwwwroot":
            return Finding("remote", f"opens a folder or file on the server {host[:80]}")
        return Finding("remote", "starts a program of a server") if is_runnable(address) else None
    scheme = _SCHEME.match(address)
    name = scheme[1].lower() if scheme else ""
    if name in _RISKY or name.startswith("ms-"):
        return Finding("scheme", f"opens {name}:")
    if name == "file" and is_runnable(address):
        return Finding("program", "starts a program by its path")
    return None


def is_web(address: str) -> bool:
    return address.strip().lower().startswith(("http://", "https://", "ftp://"))


def is_runnable(address: str) -> bool:
    """Say whether the name at the end of an address or path is one of a program."""
    found = _EXTENSION.search(re.split(r"[?#]", address.strip())[0].rstrip(". /\\"))
    return found is not None and found[1].lower() in RUNNABLE


def _kind(program: str) -> str | None:
    for kind, programs in (
        ("shell", SHELLS),
        ("script_host", SCRIPT_HOSTS),
        ("loader", LOADERS),
        ("download", DOWNLOADERS),
    ):
        if program in programs:
            return kind
    return None


def _in_words(arguments: str) -> Finding | None:
    """Look for programs that the arguments of a harmless one start."""
    for token in _TOKEN.findall(_NOISE.sub("", arguments)):
        program = program_of(token)
        alone = not any(mark in token for mark in "\\/") or "system32" in token.lower()
        named = token.lower().endswith(".exe") or (alone and program in UNMISTAKABLE)
        if named and (kind := _kind(program)):
            return Finding(kind, f"starts {program} through its arguments")
    return None
