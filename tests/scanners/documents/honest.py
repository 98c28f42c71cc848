"""Honest documents as their libraries write them: charts, links, pictures, formulas, macros."""

import io
from collections.abc import Callable, Iterator
from typing import Any, cast

import docx
import openpyxl
import xlsxwriter
import xlwt
from odf import opendocument as odf_document
from odf import table as odf_table
from odf import text as odf_text
from openpyxl.chart import BarChart, Reference

from samples import builders
from samples.compound_tree import compound
from samples.vba import vba_storage

MACROS = {
    "ThisWorkbook": """Private Sub Workbook_Open()
    Sheets(1).Range("A1").Value = Now()
End Sub
""",
    "Module1": "".join(
        f'Sub Step{n}()\n    MsgBox "Shell of step {n}" & Chr(10)\nEnd Sub\n' for n in range(40)
    ),
    "Table1": """Private Sub Worksheet_Change(ByVal Target As Range)
    Target.Font.Bold = True
End Sub
""",
}
FORMULAS = (
    "=SUM(A1:A9)", '=IF(A1="x|y","a|b",C1)', "='Q1|Q2'!A1", '=HYPERLINK("https://example.com/a.exe","x")',
    "=VLOOKUP(A1,'[Other book.xlsx]Sheet 1'!A:B,2,FALSE)", '=TEXT(A1,"0.00|0")',
)  # fmt: skip


def _saved(save: Callable[[Any], object]) -> bytes:
    stream = io.BytesIO()
    save(stream)
    return stream.getvalue()


def word_plain() -> bytes:
    document = docx.Document()
    document.add_heading("Report", 0)
    for number in range(50):
        document.add_paragraph(f"Paragraph {number}: cmd, powershell and DDEAUTO are words.")
    table = document.add_table(3, 3)
    table.cell(0, 0).text = "=cmd|'/c calc'!A0"
    return _saved(document.save)


def word_with_pictures() -> bytes:
    document = docx.Document()
    document.add_picture(io.BytesIO(_picture()))
    document.sections[0].header.paragraphs[0].text = "Header"
    document.core_properties.title = "Pictures"
    document.add_page_break()  # type: ignore[no-untyped-call]
    return _saved(document.save)


def _picture() -> bytes:
    return builders.png()


def excel_with_charts() -> bytes:
    book = openpyxl.Workbook()
    sheet = cast(Any, book.active)
    for row in range(1, 40):
        sheet.append([row, row * row, f"text {row}"])
    for place, formula in enumerate(FORMULAS, 1):
        sheet.cell(place, 5, formula)
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=39))
    sheet.add_chart(chart, "G2")
    sheet["A1"].hyperlink = "https://example.com/setup.exe"
    book.create_sheet("hidden").sheet_state = "veryHidden"
    return _saved(book.save)


def excel_written(macros: bytes | None = None) -> bytes:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet("Q1")
    sheet.write_url("A1", "https://example.com/tool.exe", string="tool")
    sheet.write_url("A2", "external:C:\\Reports\\table.xlsx")
    sheet.write_url("A3", "external:\\\\server\\share\\table.xlsx")
    for place, formula in enumerate(FORMULAS):
        sheet.write_formula(place, 3, formula)
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=Q1!$B$1:$B$5"})
    sheet.insert_chart("F2", chart)
    sheet.insert_image("F20", "a.png", {"image_data": io.BytesIO(_picture())})
    sheet.write_comment("B1", "a note")
    book.define_name("Total", "=Q1!$A$1")
    if macros is not None:
        book.add_vba_project(io.BytesIO(macros), True)
        sheet.insert_button("B5", {"macro": "Step1", "caption": "Go"})
    book.close()
    return stream.getvalue()


def excel_of_one_kind(kind: str) -> bytes:
    """Return a workbook with one chart, a table, conditions, choices and a note."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet("cmd")
    sheet.write_row("A1", ["exec", "call", "register", "shell"])
    sheet.write_column("B2", range(20))
    chart = book.add_chart({"type": kind})
    values, names = "=cmd!$B$2:$B$20", "=cmd!$A$2:$A$20"
    chart.add_series({"values": values, "categories": names, "name": f"a {kind} chart"})
    sheet.insert_chart("F2", chart)
    sheet.add_table("A1:D20")
    sheet.data_validation("E1", {"validate": "list", "source": ["open", "close", "cmd|x"]})
    sheet.conditional_format("B2:B20", {"type": "3_color_scale"})
    sheet.write_comment("E2", "Auto_Open is a name")
    sheet.set_header(f"&L&F&C{kind}&R&P|&N")
    sheet.insert_textbox("K2", "=EXEC in a text box")
    book.add_worksheet("hidden").very_hidden()
    book.set_properties({"title": "DDEAUTO", "comments": "Shell"})
    book.close()
    return stream.getvalue()


def word_of_one_style(style: str) -> bytes:
    document = docx.Document()
    document.add_paragraph("One paragraph, and a second one.", style=style)
    section = document.add_section()
    section.footer.paragraphs[0].text = "Page 1 of 2"
    document.add_picture(io.BytesIO(builders.jpeg() if style == "Quote" else _picture()))
    document.settings.odd_and_even_pages_header_footer = True
    return _saved(document.save)


def excel_of_1997_with(formula: str) -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    for name in ("one", "two"):
        sheet = book.add_sheet(name)
        sheet.write(0, 0, xlwt.Formula(formula))
        sheet.write_merge(2, 4, 0, 3, "merged: cmd|'/c calc'!A0")
        sheet.set_header_str(b"&L|&R")
    return _saved(book.save)


def slides_and_drawings(kind: str) -> bytes:
    makers = {
        "odp": odf_document.OpenDocumentPresentation,
        "odg": odf_document.OpenDocumentDrawing,
        "odt": odf_document.OpenDocumentText,
        "ods": odf_document.OpenDocumentSpreadsheet,
        "odc": odf_document.OpenDocumentChart,
    }
    return _saved(makers[kind]().write)


def excel_of_1997() -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Q1")
    for row in range(200):
        sheet.write(row, 0, f"text {row}")
        sheet.write(row, 1, xlwt.Formula(f"SUM(A1:A{row + 1})"))
    sheet.write(0, 3, xlwt.Formula('HYPERLINK("https://example.com/x.exe";"x")'))
    return _saved(book.save)


def writer_text() -> bytes:
    document = odf_document.OpenDocumentText()
    for number in range(20):
        document.text.addElement(odf_text.P(text=f"Paragraph {number}"))
    link = odf_text.P(text="see ")
    link.addElement(odf_text.A(href="https://example.com/setup.exe", text="here"))
    document.text.addElement(link)
    return _saved(document.write)


def writer_table() -> bytes:
    document = odf_document.OpenDocumentSpreadsheet()
    sheet = odf_table.Table(name="Q1")
    row = odf_table.TableRow()
    row.addElement(odf_table.TableCell(formula="of:=SUM([.A1:.A9])", valuetype="float", value="1"))
    sheet.addElement(row)
    document.spreadsheet.addElement(sheet)
    return _saved(document.write)


def documents() -> Iterator[tuple[str, bytes]]:
    macros = compound(vba_storage(MACROS))
    yield "plain.docx", word_plain()
    yield "pictures.docx", word_with_pictures()
    yield "charts.xlsx", excel_with_charts()
    yield "written.xlsx", excel_written()
    yield "macros.xlsm", excel_written(macros)
    yield "old.xls", excel_of_1997()
    yield "text.odt", writer_text()
    yield "table.ods", writer_table()
    yield "macros.xls", compound({"Workbook": bytes(4096), "_VBA_PROJECT_CUR": vba_storage(MACROS)})
    for kind in ("area", "bar", "column", "doughnut", "line", "pie", "radar", "scatter", "stock"):
        yield f"{kind}.xlsx", excel_of_one_kind(kind)
    for style in ("Heading 1", "List Bullet", "List Number", "Quote", "Title", "Caption"):
        yield f"{style}.docx", word_of_one_style(style)
    for number, formula in enumerate(("SUM(A2:A9)", 'IF(A2>1;"a|b";"c")', "one!A3*2", "NOW()")):
        yield f"old {number}.xls", excel_of_1997_with(formula)
    for ending in ("odp", "odg", "odt", "ods", "odc"):
        yield f"empty.{ending}", slides_and_drawings(ending)
    inner = excel_with_charts()
    yield "embedded.doc", compound({
        "WordDocument": b"\xec\xa5\xc1\0" * 2000, "ObjectPool": {"_1": {"Package": inner}},
    })  # fmt: skip
