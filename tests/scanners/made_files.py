"""Ordinary files that are made here, by the programs and libraries that people make them with."""

import io
import math
import subprocess
import zipfile
from array import array
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import docx
import openpyxl
import xlsxwriter
import xlwt
from docx.shared import Inches
from fpdf import FPDF
from odf.opendocument import OpenDocumentSpreadsheet, OpenDocumentText
from odf.table import Table, TableCell, TableRow
from odf.text import H, P

LINES = [f"Line {number} of an ordinary report about the harvest." for number in range(40)]
SAMPLES = 48_000
PICTURE = Path("/usr/share/icons/Adwaita/48x48/devices")
"""Of the package adwaita-icon-theme."""


def made_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of documents, media and archives as everybody has them."""
    picture = min(PICTURE.rglob("*.png")) if PICTURE.exists() else min(_pictures())
    yield "report.docx", _docx(picture)
    yield "table.xlsx", _xlsx()
    yield "chart.xlsx", _chart()
    yield "old.xls", _xls()
    yield "letter.odt", _odt()
    yield "numbers.ods", _ods()
    yield "report.pdf", _pdf(picture)
    yield "book.epub", _epub()
    for name in ("tone.mp3", "tone.m4a", "tone.ogg", "tone.flac", "tone.wav"):
        yield name, _sound(folder / name)
    for name in ("film.mp4", "film.mkv", "film.avi", "film.mov"):
        yield name, _film(folder / name)
    yield from _archives(folder)


def _pictures() -> Iterator[Path]:
    return Path("/usr/share").rglob("*.png")


def _docx(picture: Path) -> bytes:
    document = docx.Document()
    document.add_heading("Harvest", 0)
    for line in LINES:
        document.add_paragraph(line)
    document.add_picture(str(picture), width=Inches(1))
    table = document.add_table(3, 3)
    table.cell(1, 1).text = "42"
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _xlsx() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for number, line in enumerate(LINES, 1):
        sheet.append([number, line, f"=SUM(A1:A{number})"])
    sheet["E1"].hyperlink = "https://www.example.com/harvest"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _chart() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_column("A1", [1, 4, 9, 16])
        sheet.write_comment("A1", "The first one")
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=Sheet1!$A$1:$A$4"})
        sheet.insert_chart("C1", chart)
    return out.getvalue()


def _xls() -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Harvest")
    for number, line in enumerate(LINES):
        sheet.write(number, 0, line)
        sheet.write(number, 1, xlwt.Formula(f"SUM(A1:A{number + 1})"))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _odt() -> bytes:
    document = OpenDocumentText()
    document.text.addElement(H(outlinelevel=1, text="Harvest"))
    for line in LINES:
        document.text.addElement(P(text=line))
    out = io.BytesIO()
    document.write(out)
    return out.getvalue()


def _ods() -> bytes:
    document = OpenDocumentSpreadsheet()
    table = Table(name="Harvest")
    for number, line in enumerate(LINES):
        row = TableRow()
        for value in (str(number), line):
            cell = TableCell(valuetype="string")
            cell.addElement(P(text=value))
            row.addElement(cell)
        table.addElement(row)
    document.spreadsheet.addElement(table)
    out = io.BytesIO()
    document.write(out)
    return out.getvalue()


def _pdf(picture: Path) -> bytes:
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("Helvetica", size=12)
    for line in LINES:
        pdf.cell(0, 8, line, link="https://www.example.com/harvest")
        pdf.ln()
    pdf.image(str(picture), w=20)
    pdf.embed_file(bytes=picture.read_bytes(), basename="picture.png")
    return bytes(pdf.output())


def _epub() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        root = '<rootfiles><rootfile full-path="book.opf"/></rootfiles>'
        book.writestr(
            "META-INF/container.xml", f'<?xml version="1.0"?><container>{root}</container>'
        )
        book.writestr("book.opf", '<?xml version="1.0"?><package version="3.0"/>')
        page = "".join(f"<p>{line}</p>" for line in LINES)
        book.writestr("page.xhtml", f"<html><body>{page}</body></html>")
    return out.getvalue()


def _sound(path: Path) -> bytes:
    """Encode a second of a tone."""
    wave = array("h", (int(9000 * math.sin(at / 16)) for at in range(SAMPLES)))
    codec = {".mp3": "mp3", ".m4a": "aac", ".ogg": "libopus", ".flac": "flac"}
    with av.open(str(path), "w") as file:
        stream = file.add_stream(codec.get(path.suffix, "pcm_s16le"), rate=SAMPLES)
        assert isinstance(stream, av.AudioStream)
        stream.layout = "mono"
        frame = av.AudioFrame(format="s16", layout="mono", samples=SAMPLES)
        frame.rate = SAMPLES
        frame.planes[0].update(wave.tobytes())
        resampler = av.AudioResampler(stream.format, "mono", SAMPLES, stream.frame_size or 1024)
        for piece in (*resampler.resample(frame), *resampler.resample(None)):
            file.mux(stream.encode(piece))
        file.mux(stream.encode(None))
    return path.read_bytes()


def _film(path: Path) -> bytes:
    """Encode half a second of changing grey."""
    with av.open(str(path), "w") as file:
        stream = file.add_stream("mpeg4", rate=Fraction(24))
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        for number in range(12):
            frame = av.VideoFrame(160, 96, "yuv420p")
            for plane in frame.planes:
                plane.update(bytes([number * 16]) * plane.buffer_size)
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return path.read_bytes()


def _archives(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Pack sources the way they are published."""
    source = folder / "source-1.2.3"
    (source / "doc").mkdir(parents=True)
    for number, line in enumerate(LINES):
        (source / f"part{number}.c").write_text(f"/* {line} */\nint part{number}(void);\n")
    (source / "configure").write_text("#!/bin/sh\necho ready\n")
    (source / "doc" / "README.md").write_text("\n".join(LINES))
    commands = {
        "source-1.2.3.tar.gz": ("tar", "czf"),
        "source-1.2.3.tar.xz": ("tar", "cJf"),
        "source-1.2.3.tar.bz2": ("tar", "cjf"),
        "source-1.2.3.tar.zst": ("tar", "--zstd", "-cf"),
        "source-1.2.3.zip": ("bsdtar", "--format=zip", "-cf"),
        "source-1.2.3.cpio": ("bsdtar", "--format=newc", "-cf"),
        "source-1.2.3.7z": ("7zz", "a", "-bso0"),
        "source-1.2.3.iso": ("xorriso", "-as", "mkisofs", "-quiet", "-J", "-o"),
    }
    for name, command in commands.items():
        subprocess.run([*command, name, source.name], cwd=folder, check=True, capture_output=True)
        yield name, (folder / name).read_bytes()
