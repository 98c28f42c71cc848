"""Words of macros: names that Office calls by itself, and calls that start or fetch programs.

All in lower case.  Left out on purpose: Click and Change events, which need a deliberate act and
stand in every honest form, and calls of kernel32 that honest code is full of (Sleep, CopyMemory).
"""

import re
from dataclasses import dataclass

AUTO_RUN = (
    r"auto_?(?:exec|open|close|exit|new|activate|deactivate)"
    r"|(?:document|workbook|presentation)_?(?:open|close|new|beforeclose|activate|deactivate)"
    r"|newdocument|workbook_(?:windowactivate|beforesave|sheetactivate|addininstall)"
    r"|application_(?:startup|newmail|newmailex|itemload|quit)"
    r"|onslideshow(?:pagechange|terminate)|slideshow(?:begin|nextslide)"
    r"|app_(?:documentopen|workbookopen|presentationopen|slideshowbegin)"
)
EVENTS = (
    r"\w{1,64}_(?:painted|painting|gotfocus|lostfocus|mousehover|mousemove|mouseenter|mouseleave"
    r"|layout|resize|beforenavigate2|beforescriptexecute|documentcomplete|downloadbegin"
    r"|downloadcomplete|filedownload|navigatecomplete2|navigateerror|progresschange"
    r"|propertychange|statustextchange|titlechange|onconnecting)"
)
"""Of ActiveX controls: they come about without a click."""

PROGRAMS = (
    "cmd command powershell pwsh mshta wscript cscript regsvr32 rundll32 certutil bitsadmin msiexec"
    " msbuild installutil regasm regsvcs wmic forfiles pcalua odbcconf cmstp schtasks control"
    " explorer hh msdt curl bash sh wsl conhost csc jsc msxsl mavinject pcwrun scriptrunner"
).split()
"""Programs of the system that run what they are told to."""
EXTENSIONS = (
    "exe dll scr com pif bat cmd ps1 vbs vbe js jse wsf hta lnk msi cpl ocx sct xll jar url".split()
)
"""Of programs, as far as documents start or drop them."""


@dataclass(frozen=True, slots=True)
class Call:
    """A way to start or fetch something, as people know it."""

    name: str
    words: tuple[str, ...]
    """One of them stands in the code: looked for first, because that is fast."""
    pattern: re.Pattern[str] | None = None
    """More than the word alone: how it is used."""
    bare: bool = False
    """It stands outside of literals."""

    def found(self, code: str, bare: str) -> bool:
        """Say whether code in lower case makes this call; `bare` is the same without literals."""
        text = bare if self.bare else code
        if not any(word in text for word in self.words):
            return False
        return self.pattern is None or self.pattern.search(text) is not None


def _program_call(name: str, words: str) -> Call:
    alternatives = "|".join(words.split())
    return Call(name, tuple(words.split()), re.compile(rf"\b(?:{alternatives})(?:\.exe)?\b(?!\.)"))


_SHELL = re.compile(
    r"(?<![\w.])(?:vba\.|interaction\.)?shell\$?[ \t]*(?:\(|\"|(?!as\b)[a-z_]\w*(?![ \t]*=))"
)
_CMD = re.compile(r"\bcmd(?:\.exe)?[\"' \t]*/[cvkrq]\b|%comspec%|environ\$?\([ \t]*\"comspec\"")
_LIBRARY = re.compile(r"\blib[ \t]+\"(?:urlmon|wininet|winhttp|ws2_32|libc\.dylib|/usr/lib/libc)")
_MEMORY = re.compile(
    r"\b(?:createprocess(?:asuser|withlogonw)?[aw]?|winexec|virtualalloc(?:ex)?"
    r"|virtualprotect(?:ex)?|createremotethread|createthread|writeprocessmemory|queueuserapc"
    r"|ntallocatevirtualmemory|enumsystemlocales[aw]?)\b"
)
_DDE = re.compile(r"\bddeinitiate\b[^\n]{0,400}\"(?:cmd|powershell|mshta)")

CALLS = (
    Call("Shell", ("shell",), _SHELL, bare=True),
    Call("WScript.Shell", ("wscript.shell", "72c24dd5-d70a-438b-8a42-98424b88afb8")),
    Call(
        "Shell.Application",
        (
            "shell.application",
            "13709620-c279-11ce-a49e-444553540000",
            "9ba05972-f6a8-11cf-a442-00a0c90a8f39",
            "c08afd90-f2a1-11d1-8455-00a0c91f3880",
        ),
    ),
    Call("ScriptControl", ("scriptcontrol",)),
    Call("WMI", ("winmgmts:", "wbemscripting", "win32_process")),
    Call("Schedule.Service", ("schedule.service",)),
    Call("XMLHTTP", ("xmlhttp", "winhttp.winhttprequest")),
    Call(
        "URLDownloadToFile",
        ("urldownloadtofile", "urldownloadtocachefile", "urlopenblockingstream", "urlopenstream"),
    ),
    Call("SaveToFile", (".savetofile",)),
    Call("cmd", ("cmd", "comspec"), _CMD),
    _program_call("PowerShell", "powershell pwsh"),
    _program_call("script host", "mshta wscript cscript"),
    _program_call(
        "system program",
        "regsvr32 rundll32 certutil bitsadmin msiexec msbuild installutil regasm regsvcs wmic"
        " forfiles pcalua odbcconf cmstp schtasks",
    ),
    Call("ShellExecute", ("shellexecute",)),
    Call(
        "process or memory",
        ("createprocess", "winexec", "virtual", "thread", "processmemory", "userapc", "locales"),
        _MEMORY,
    ),
    Call("network library", ("urlmon", "wininet", "winhttp", "ws2_32", "/libc", "libc."), _LIBRARY),
    Call("Mac script", ("macscript", "applescripttask")),
    Call("DDE", ("ddeinitiate",), _DDE),
)
