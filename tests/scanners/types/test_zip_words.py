"""What a ZIP is used for: by names of members, and by what an Office file states of itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples import builders
from scanners.types.zip_words import zip_use
from tests.scanners.types.binaries import office

MAIN = "application/vnd.openxmlformats-officedocument."
WORD = MAIN + "wordprocessingml.document.main+xml"
MACROS = "application/vnd.ms-{}.macroEnabled.main+xml"
SIGNED = ("META-INF/mozilla.rsa", "META-INF/manifest.mf")


def _zip(*names: str) -> bytes:
    return builders.zip_of(dict.fromkeys(names, b""))


def _open(mime: bytes, *names: str) -> bytes:
    members = {"mimetype": mime, **dict.fromkeys(("META-INF/manifest.xml", *names), b"")}
    return builders.zip_of(members, method=builders.STORED)


CASES = {
    "docx": (office("word/document.xml", WORD), "ooxml", "word"),
    "docm": (
        office("word/document.xml", MACROS.format("word.document"), "word/vbaProject.bin"),
        "ooxml",
        "word macros",
    ),
    "dotm": (
        office("word/document.xml", MACROS.format("word.template")),
        "ooxml",
        "word template",
    ),
    "xlsx": (office("xl/workbook.xml", MAIN + "spreadsheetml.sheet.main+xml"), "ooxml", "excel"),
    "xlsb": (
        office("xl/workbook.bin", "application/vnd.ms-excel.sheet.binary.macroEnabled.main"),
        "ooxml",
        "excel binary",
    ),
    "xlam": (
        office("xl/workbook.xml", MACROS.format("excel.addin"), "xl/vbaProject.bin"),
        "ooxml",
        "excel macros addin",
    ),
    "ppam": (
        office("ppt/presentation.xml", MACROS.format("powerpoint.addin")),
        "ooxml",
        "powerpoint addin",
    ),
    "vsdx": (
        office("visio/document.xml", "application/vnd.ms-visio.drawing.main+xml"),
        "ooxml",
        "visio",
    ),
    "xps": (
        office("Documents/1.fdoc", "application/vnd.ms-package.xps-fixedrepresentation"),
        "ooxml",
        "xps",
    ),
    "main part elsewhere": (office("a/b.xml", WORD), "ooxml", "word"),
    "word with a sheet": (
        office("word/document.xml", WORD + MAIN + "spreadsheetml.sheet"),
        "ooxml",
        "word",
    ),
    "types in other letters": (_zip("[CONTENT_TYPES].XML", "word/a.xml"), "ooxml", "word"),
    "word that calls itself a package": (
        office("word/document.xml", WORD, "a.nuspec"),
        "ooxml",
        "word",
    ),
    "odt": (_open(b"application/vnd.oasis.opendocument.text"), "odf", "text"),
    "ods with macros": (
        _open(b"application/vnd.oasis.opendocument.spreadsheet", "Basic/a.xml"),
        "odf",
        "spreadsheet macros",
    ),
    "ott": (_open(b"application/vnd.oasis.opendocument.text-template"), "odf", "text template"),
    "sxw": (_open(b"application/vnd.sun.xml.writer"), "odf", "writer"),
    "epub": (_open(b"application/epub+zip"), "odf", "epub"),
    "epub by another writer": (_zip("META-INF/container.xml", "mimetype"), "odf", "epub"),
    "odf by another writer": (
        _zip("content.xml", "META-INF/manifest.xml", "mimetype"),
        "odf",
        "other",
    ),
    "a member named mimetype": (_zip("a", "mimetype"), "zip", ""),
    "jar": (_zip("META-INF/MANIFEST.MF", "A.class"), "jar", ""),
    "war": (_zip("META-INF/MANIFEST.MF", "WEB-INF/A.class"), "jar", "war"),
    "ear": (_zip("META-INF/MANIFEST.MF", "META-INF/application.xml", "a.jar"), "jar", "ear"),
    "jar that looks like an extension": (
        _zip("META-INF/MANIFEST.MF", "manifest.json", "A.class", *SIGNED),
        "jar",
        "",
    ),
    "apk": (_zip("AndroidManifest.xml", "classes.dex"), "apk", ""),
    "xpi": (_zip("manifest.json", "a.js", *SIGNED), "zip", "xpi"),
    "old xpi": (_zip("install.rdf", "chrome.manifest"), "zip", "xpi"),
    "manifest.json alone": (_zip("manifest.json", "a.js"), "zip", ""),
    "nupkg": (_zip("a.nuspec", "[Content_Types].xml", "_rels/.rels"), "zip", "nupkg"),
    "vsix": (_zip("extension.vsixmanifest", "[Content_Types].xml"), "zip", "vsix"),
    "appx": (_zip("AppxManifest.xml", "[Content_Types].xml", "a.exe"), "zip", "appx"),
    "bundle": (
        _zip("AppxMetadata/AppxBundleManifest.xml", "[Content_Types].xml"),
        "zip",
        "appx",
    ),
    "3mf": (_zip("3D/3dmodel.model", "[Content_Types].xml"), "zip", "3mf"),
    "whl": (_zip("a/__init__.py", "a-1.0.dist-info/WHEEL"), "zip", "whl"),
    "egg": (_zip("EGG-INFO/PKG-INFO", "a.py"), "zip", "egg"),
    "ipa": (_zip("Payload/A.app/Info.plist"), "zip", "ipa"),
    "kmz": (_zip("doc.kml"), "zip", "kmz"),
    "xap": (_zip("AppManifest.xaml"), "zip", "xap"),
    "aab": (_zip("BundleConfig.pb", "base/dex/classes.dex"), "zip", "aab"),
    "plain": (_zip("a.txt", "WHEEL", "dist-info/WHEEL2"), "zip", ""),
    "empty": (builders.zip_of({}), "zip", ""),
    "no directory": (b"PK\x03\x04" + bytes(40), "zip", ""),
}


@pytest.mark.parametrize("data, name, kind", CASES.values(), ids=CASES)
def test_use(data: bytes, name: str, kind: str) -> None:
    assert zip_use(memoryview(data)) == (name, kind)


def test_a_list_of_parts_that_does_not_end_is_cut() -> None:
    types = b"<Types>" + b" " * 5_000_000 + WORD.encode()
    data = builders.zip_of({"[Content_Types].xml": types, "a.xml": b""})
    assert zip_use(memoryview(data)) == ("ooxml", "")


@given(st.sampled_from([case[0] for case in CASES.values()]), st.data())
def test_any_damage_is_survived(data: bytes, draw: st.DataObject) -> None:
    at = draw.draw(st.integers(0, len(data)))
    noise = draw.draw(st.binary(max_size=30))
    name, kind = zip_use(memoryview(data[:at] + noise + data[at + len(noise) :]))
    assert name in ("zip", "jar", "apk", "ooxml", "odf")
    assert kind.isascii()
