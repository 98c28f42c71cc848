"""Office documents, messages and installers: with macros, links and packages, and honest ones."""

from samples import builders as b
from samples import office_parts as o
from samples.compound_tree import Tree, compound
from samples.specimen import Specimen
from samples.vba import vba_storage

DOC, XLS, PPT = "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"
MACRO, EXTERNAL, EMBEDDED = ("document.macro",), ("document.external",), ("embedded.executable",)
WORD: Tree = {"WordDocument": b"\xec\xa5\xc1\0" * 8}
SHELL = 'Sub AutoOpen()\n    Shell "calc.exe", vbHide\nEnd Sub\n'
HIDDEN_SHELL = """Private Sub Workbook_Open()
    Dim word As String
    word = StrReverse("ll" & "ehS.t" & "pircSW")
    CreateObject(word).Run Chr(99) & Chr(97) & "lc"
End Sub
"""
HONEST = """Private Sub Workbook_Open()
    ' Shell "calc.exe" is what this does not do
    Sheets(1).Range("A1").Value = "Shell we begin?"
End Sub
"""
COMPILED = b"\x01\x16\x01\0" + bytes(40) + b"\xfe\xca\1\0\3\0" + bytes(36) + b"\xff\xff\xff\xff"
"""The cache of a module with three compiled lines."""


def _unsourced() -> Tree:
    """Return a project of which only the compiled code is left."""
    project = vba_storage({"ThisDocument": ""}, compiled=COMPILED)
    return {"VBA": {**project["VBA"], "ThisDocument": COMPILED}}  # type: ignore[dict-item]


def with_macros() -> tuple[Specimen, ...]:
    shell = vba_storage({"ThisDocument": SHELL})
    exec_formula = o.exec_formula("calc.exe")
    return (
        Specimen(
            "letter-macro.doc", compound({**WORD, "Macros": shell}), DOC, expected=MACRO,
            about="A macro that starts a program when the document opens.",
        ),
        Specimen(
            "table-macro.xlsm",
            o.office_xml({
                "xl/workbook.xml": b'<?xml version="1.0"?><workbook/>',
                "xl/vbaProject.bin": compound(vba_storage({"ThisWorkbook": HIDDEN_SHELL})),
            }),
            expected=MACRO, about="The same in Excel, its words put together.",
        ),
        Specimen(
            "stomped.doc", compound({**WORD, "Macros": _unsourced()}), DOC, expected=MACRO,
            about="Compiled code whose source was wiped.",
        ),
        Specimen(
            "slides-macro.ppt",
            compound({"PowerPoint Document": o.presentation(compound(shell))}), PPT,
            expected=MACRO, about="A macro packed into the records of a presentation.",
        ),
        Specimen(
            "macros.mso", o.active_mime(compound(shell)), expected=MACRO,
            about="The macros of a document saved as a web page.",
        ),
        Specimen(
            "excel4.xls", compound({"Workbook": o.macro_workbook(exec_formula)}), XLS,
            expected=MACRO, about="A macro of Excel 4 on a hidden sheet.",
        ),
        Specimen(
            "excel4.xlsm",
            o.office_xml({
                "xl/workbook.xml": b'<?xml version="1.0"?><workbook><definedNames>'
                b'<definedName name="_xlnm.Auto_Open">Macro1!$A$1</definedName></definedNames>'
                b"</workbook>",
                "xl/macrosheets/sheet1.xml": b'<?xml version="1.0"?><macrosheet>'
                b'<f>EXEC("calc.exe")</f></macrosheet>',
            }),
            expected=MACRO, about="The same in the format of today.",
        ),
        Specimen(
            "letter-macro.odt", _open_document(), expected=MACRO,
            about="Basic of LibreOffice that an event starts.",
        ),
    )  # fmt: skip


def _open_document() -> bytes:
    event = (
        '<?xml version="1.0"?><office:document-content><script:event-listener '
        'script:event-name="dom:load" xlink:href="vnd.sun.star.script:Standard.Module1.Main?'
        'language=Basic&amp;location=document"/></office:document-content>'
    )
    module = '<?xml version="1.0"?><script:module>Sub Main\nShell("calc")\nEnd Sub</script:module>'
    archive = b.zip_archive(
        [
            b.ZipMember("mimetype", b"application/vnd.oasis.opendocument.text"),
            b.ZipMember("content.xml", event.encode()),
            b.ZipMember("Basic/Standard/Module1.xml", module.encode()),
        ],
        method=b.STORED,
    )
    return archive


def with_links() -> tuple[Specimen, ...]:
    return (
        Specimen(
            "template.docx",
            o.office_xml({
                "word/document.xml": o.word_text("<w:r><w:t>Text</w:t></w:r>"),
                "word/_rels/settings.xml.rels": o.relations(
                    [("attachedTemplate", "http://templates.example/letter.dotm")]
                ),
            }),
            expected=EXTERNAL, about="A template, macros included, from elsewhere.",
        ),
        Specimen(
            "dde.docx",
            o.office_xml({
                "word/document.xml": o.word_text(
                    o.field(" DD", "EAUTO c:\\\\windows\\\\system32\\\\", 'cmd.exe "/k calc"')
                ),
            }),
            expected=EXTERNAL, about="A field that starts a command line, split over runs.",
        ),
        Specimen(
            "list.csv", b"name,total\r\nA,=cmd|'/c calc'!A0\r\n", "text/csv", expected=EXTERNAL,
            about="A formula that asks a command line.",
        ),
    )  # fmt: skip


def with_files() -> tuple[Specimen, ...]:
    program = b.pe()
    pool: Tree = {"_1": {"\x01Ole10Native": o.package("invoice.exe", program)}}
    attachment: Tree = {
        "__properties_version1.0": bytes(8),
        "__substg1.0_3707001F": "photo.jpg.exe".encode("utf-16-le"),
        "__substg1.0_37010102": program,
    }
    message: Tree = {
        "__properties_version1.0": bytes(32),
        "__substg1.0_1000001F": "The password is swordfish.".encode("utf-16-le"),
        "__attach_version1.0_#00000000": attachment,
    }
    return (
        Specimen(
            "package.doc", compound({**WORD, "ObjectPool": pool}), DOC, expected=EMBEDDED,
            about="A program dropped into a document.",
        ),
        Specimen(
            "message.msg", compound(message), "application/vnd.ms-outlook",
            expected=("disguise.double_extension",), about="A message as Outlook saves it.",
        ),
        Specimen(
            "winmail.dat", o.tnef([("photo.jpg.exe", program)]), "application/ms-tnef",
            expected=("disguise.double_extension",), about="An attachment as Exchange wraps it.",
        ),
    )  # fmt: skip


def honest() -> tuple[Specimen, ...]:
    """Documents with everything that work needs: nothing beyond level info."""
    links = [
        ("hyperlink", "https://www.example.com/setup.exe"),
        ("attachedTemplate", "file:///C:\\Users\\me\\Templates\\letter.dotx"),
        ("oleObject", "file:///C:\\Reports\\table.xlsx"),
    ]
    plain = vba_storage({"ThisWorkbook": HONEST})
    return (
        Specimen(
            "work.docx",
            o.office_xml({
                "word/document.xml": o.word_text(o.field("HYPERLINK ", '"https://a.example"')),
                "word/_rels/document.xml.rels": o.relations(links),
            }),
            about="Links and a template of the writer's own.",
        ),
        Specimen(
            "work.xls",
            compound({
                "Workbook": (o.begin(5) + o.record(0x0A)).ljust(4096, b"\0"),
                "_VBA_PROJECT_CUR": plain,
                "MBD0001": {"Package": o.office_xml({"xl/workbook.xml": b"<workbook/>"})},
            }),
            XLS, about="A macro without calls, and an embedded table.",
        ),
        Specimen(
            "tool.msi",
            compound(
                {
                    "\x05SummaryInformation": bytes(64), "Binary.custom": b.pe(dll=True),
                    "Icon.app": b.pe(), "\u4840\u3f7f\u4164": bytes(64),
                },
                class_id=b.MSI_CLASS,
            ),
            "application/x-msi", about="An installer with what it installs.",
        ),
        Specimen(
            "total.csv", b"name,total\r\n+1,-2\r\n=A1+B1,a|b\r\n", "text/csv",
            about="Signs of formulas without harm.",
        ),
    )  # fmt: skip


def office_specimens() -> tuple[Specimen, ...]:
    return with_macros() + with_links() + with_files() + honest()
