"""RTF with objects: builders of OLE 1.0 objects and packages, and inert specimens."""

import struct

from samples.compound import ole
from samples.programs import pe
from samples.specimen import Specimen

RTF = "application/rtf"
EQUATION_CLASS = bytes.fromhex("02ce020000000000c000000000000046")


def ole1(class_name: bytes, data: bytes) -> bytes:
    """Return an embedded object.  ([MS-OLEDS] 2.2.5)"""
    header = struct.pack("<II", 0x501, 2) + _counted(class_name) + _counted(b"") + _counted(b"")
    return header + struct.pack("<I", len(data)) + data


def ole1_link(class_name: bytes, topic: bytes) -> bytes:
    """Return a linked object.  ([MS-OLEDS] 2.2.6)"""
    header = struct.pack("<II", 0x501, 1) + _counted(class_name) + _counted(topic) + _counted(b"")
    return header + _counted(b"") + struct.pack("<II", 0, 0)


def _counted(text: bytes) -> bytes:
    return struct.pack("<I", len(text) + 1) + text + b"\0" if text else struct.pack("<I", 0)


def package(name: bytes, data: bytes, path: bytes = b"C:\\Users\\ada\\") -> bytes:
    """Return the native data of a package that holds a file."""
    whole = path + name + b"\0"
    head = struct.pack("<H", 2) + name + b"\0" + whole + struct.pack("<HH", 0, 3)
    return head + struct.pack("<I", len(whole)) + whole + struct.pack("<I", len(data)) + data


def rtf_with(data: bytes, manners: bytes = b"\\objemb", class_name: bytes = b"Package") -> bytes:
    """Return a text with an object whose digits are written the ordinary way."""
    digits = data.hex().encode()
    lines = b"\n".join(digits[at : at + 128] for at in range(0, len(digits), 128))
    inner = b"%b{\\*\\objclass %b}{\\*\\objdata\n%b}" % (manners, class_name, lines)
    return b"{\\rtf1\\ansi Inert.{\\object%b{\\result{\\pict}}}\\par}" % inner


def rtf_specimens() -> tuple[Specimen, ...]:
    program = rtf_with(ole1(b"Package", package(b"invoice.exe", pe())))
    text = rtf_with(ole1(b"Package", package(b"notes.txt", b"Plain text.")))
    equation = rtf_with(ole1(b"Equation.3", ole(clsid=EQUATION_CLASS)), class_name=b"Equation.3")
    template = b"{\\rtf1{\\*\\template https://files.example.net/a.dotm}Inert.}"
    external = ("document.external",)
    return (
        Specimen("package.rtf", program, RTF, expected=("embedded.executable",),
                 about="A program in a package."),
        Specimen("notes-inside.rtf", text, RTF, about="A text file in a package."),
        Specimen("equation.rtf", equation, RTF, expected=external, about="An old formula."),
        Specimen("template.rtf", template, RTF, expected=external, about="A far template."),
    )  # fmt: skip
