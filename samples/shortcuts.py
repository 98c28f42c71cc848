"""Shortcuts and launchers: a builder of Windows shortcuts, and inert specimens of every kind."""

import struct
from dataclasses import dataclass

from samples.programs import pe, wide
from samples.specimen import Specimen

CLASS_ID = bytes.fromhex("0114020000000000c000000000000046")
MY_COMPUTER = bytes.fromhex("1f50e04fd020ea3a6910a2d808002b30309d")
SHORTCUT = ("container.shortcut",)


@dataclass(frozen=True, slots=True)
class Link:
    """What a shortcut is to say; empty: it does not say it.  ([MS-SHLLINK] 2)"""

    item_path: str = ""
    """In the list of items of the shell, step by step: C:\\folder\\file."""
    local_path: str = ""
    share: str = ""
    """\\\\host\\share, of the link information; `local_path` is then below it."""
    relative_path: str = ""
    arguments: str = ""
    icon: str = ""
    working_folder: str = ""
    environment_path: str = ""
    show: int = 1
    overlay: bytes = b""


def shortcut(link: Link) -> bytes:
    flags = 0x80
    body = b""
    if link.item_path:
        flags |= 1
        items = _items(link.item_path)
        body += struct.pack("<H", len(items)) + items
    if link.local_path or link.share:
        flags |= 2
        body += _link_information(link)
    for flag, text in (
        (8, link.relative_path),
        (16, link.working_folder),
        (32, link.arguments),
        (64, link.icon),
    ):
        if text:
            flags |= flag
            body += struct.pack("<H", len(text)) + wide(text)
    if link.environment_path:
        flags |= 0x200
        narrow = link.environment_path.encode("latin-1").ljust(260, b"\0")
        broad = wide(link.environment_path).ljust(520, b"\0")
        body += struct.pack("<II", 0x314, 0xA0000001) + narrow + broad
    header = struct.pack("<I16sI", 0x4C, CLASS_ID, flags).ljust(60, b"\0")
    header += struct.pack("<I", link.show)
    return header.ljust(0x4C, b"\0") + body + bytes(4) + link.overlay


def _items(path: str) -> bytes:
    drive, *steps = path.split("\\")
    items = [MY_COMPUTER, b"\x2f" + f"{drive}\\".encode().ljust(22, b"\0")]
    for index, step in enumerate(steps):
        kind = 0x32 if index == len(steps) - 1 else 0x31
        short = f"{step[:6].upper()}~1".encode() + b"\0"
        short += bytes(len(short) % 2)
        long = struct.pack("<HHI", 0, 9, 0xBEEF0004) + bytes(8 + 2 + 2 + 8 + 8 + 2 + 4 + 4)
        long += wide(step + "\0") + struct.pack("<H", 14 + len(short))
        long = struct.pack("<H", len(long)) + long[2:]
        items.append(struct.pack("<BBIIH", kind, 0, 0, 0, 0x20) + short + long)
    return b"".join(struct.pack("<H", len(item) + 2) + item for item in items) + bytes(2)


def _link_information(link: Link) -> bytes:
    volume = struct.pack("<4I", 17, 3, 0, 16) + b"\0"
    base = b"" if link.share else link.local_path.encode("latin-1") + b"\0"
    suffix = (link.local_path if link.share else "").encode("latin-1") + b"\0"
    share = link.share.encode("latin-1") + b"\0"
    network = struct.pack("<5I", 20 + len(share), 0, 20, 0, 0x20000) + share if link.share else b""
    at_base = 28 + len(volume)
    at_network = at_base + len(base)
    at_suffix = at_network + len(network)
    body = volume + base + network + suffix
    flags = 2 if link.share else 1
    offsets = (28, at_base if base else 0, at_network if network else 0, at_suffix)
    return struct.pack("<7I", 28 + len(body), 28, flags, *offsets) + body


def _links() -> tuple[Specimen, ...]:
    shell = Link(
        item_path="C:\\Windows\\System32\\cmd.exe",
        arguments="/c start invoice.pdf",
        icon="C:\\x\\invoice.pdf",
        show=7,
    )
    document = Link(
        item_path="C:\\Users\\ada\\Documents\\report.docx",
        local_path="C:\\Users\\ada\\Documents\\report.docx",
        relative_path="..\\Documents\\report.docx",
        working_folder="C:\\Users\\ada\\Documents",
    )
    return (
        Specimen(
            "invoice.lnk", shortcut(shell), expected=SHORTCUT,
            about="A shortcut to the shell, minimised, under the icon of a document.",
        ),
        Specimen(
            "carrier.lnk", shortcut(Link(relative_path="a.txt", overlay=pe())),
            expected=("container.shortcut", "embedded.executable"),
            about="A program behind the end of a shortcut.",
        ),
        Specimen("report.lnk", shortcut(document), about="A shortcut to a document."),
    )  # fmt: skip


def _texts() -> tuple[Specimen, ...]:
    library = (
        '<?xml version="1.0"?><libraryDescription xmlns="http://schemas.microsoft.com/windows/2009/'
        'library"><searchConnectorDescriptionList><searchConnectorDescription><simpleLocation><url>'
        "\\\\files.example.net\\share</url></simpleLocation></searchConnectorDescription>"
        "</searchConnectorDescriptionList></libraryDescription>"
    )
    setting = (
        '<?xml version="1.0"?><PCSettings><SearchableContent><ApplicationInformation><DeepLink>'
        "%windir%\\system32\\cmd.exe /c rem</DeepLink></ApplicationInformation>"
        "</SearchableContent></PCSettings>"
    )
    jnlp = (
        '<?xml version="1.0"?><jnlp codebase="http://files.example.net/"><resources>'
        '<jar href="a.jar"/></resources></jnlp>'
    )
    return (
        Specimen(
            "bookmark.url", b"[InternetShortcut]\r\nURL=https://www.example.net/\r\n",
            about="A bookmark.",
        ),
        Specimen(
            "folder.url", b"[InternetShortcut]\r\nURL=file://files.example.net/share/a.exe\r\n",
            expected=SHORTCUT, about="An internet shortcut to a program of a server.",
        ),
        Specimen(
            "desk.scf", b"[Shell]\r\nCommand=2\r\nIconFile=\\\\files.example.net\\a\\b.ico\r\n",
            expected=SHORTCUT, about="Its icon is fetched as soon as its folder is seen.",
        ),
        Specimen("files.library-ms", library.encode(), expected=SHORTCUT, about="A far folder."),
        Specimen("page.SettingContent-ms", setting.encode(), expected=SHORTCUT, about="A shell."),
        Specimen("program.jnlp", jnlp.encode(), expected=SHORTCUT, about="A far Java program."),
        Specimen(
            "tool.desktop", b"[Desktop Entry]\nType=Application\nExec=/usr/bin/tool %f\n",
            about="A launcher of an installed program.",
        ),
        Specimen(
            "start.reg",
            wide(
                "\ufeffWindows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER\\Software\\"
                'Microsoft\\Windows\\CurrentVersion\\Run]\r\n"a"="b.exe"\r\n'
            ),
            expected=SHORTCUT, about="Starts a program with every session.",
        ),
        Specimen(
            "far.rdp", b"full address:s:files.example.net\r\ndrivestoredirect:s:*\r\n",
            expected=SHORTCUT, about="Gives all drives to a far computer.",
        ),
        Specimen("list.iqy", b"WEB\r\n1\r\nhttps://files.example.net/a\r\n",
                 expected=("document.external",), about="A far table."),
        Specimen("sums.slk", b'ID;P\r\nC;X1;Y1;K0;EEXEC("calc.exe")\r\nE\r\n',
                 expected=("document.macro",), about="A formula that starts a program."),
    )  # fmt: skip


def shortcut_specimens() -> tuple[Specimen, ...]:
    return (*_links(), *_texts())
