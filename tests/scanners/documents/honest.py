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
    inner = excel_with_charts()
    yield "embedded.doc", compound({
        "WordDocument": b"\xec\xa5\xc1\0" * 2000, "ObjectPool": {"_1": {"Package": inner}},
    })  # fmt: skip
