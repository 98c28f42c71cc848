"""Is this transfer a program, by content, by name or by declared type?"""

from collections.abc import Iterator

from scanners.model import Family, TypeNode
from verdicts.model import Transfer

# Windows: native, installers, scripts, shortcuts and what else a double click runs;
# then Unix and macOS; then Java, Android, iOS.
_EXTENSIONS = """
exe dll scr com pif cpl sys drv ocx msi msp msix msixbundle appx appxbundle msc
bat cmd ps1 psm1 psd1 vbs vbe js jse wsf wsh wsc sct hta lnk url scf reg inf chm
application appref-ms gadget xll wll settingcontent-ms library-ms search-ms
elf so ko run bin appimage deb rpm flatpakref snap desktop sh bash zsh csh ksh fish
py pyz pl rb dylib app pkg mpkg command tool scpt workflow action
jar class jnlp apk apkm xapk aab dex ipa
"""
_MEDIA_TYPES = """
application/x-msdownload application/x-dosexec application/x-msdos-program application/x-exe
application/x-winexe application/exe application/dos-exe
application/vnd.microsoft.portable-executable application/x-executable application/x-elf
application/x-pie-executable application/x-sharedlib application/x-object
application/x-mach-binary application/x-msi application/x-ms-installer
application/x-windows-installer application/x-ms-shortcut application/x-bat
application/x-msdos-batch application/x-powershell application/x-sh application/x-shellscript
application/x-csh application/hta application/x-ms-application application/java-archive
application/x-java-archive application/java-vm application/x-java-applet
application/x-java-jnlp-file application/vnd.android.package-archive
application/vnd.debian.binary-package application/x-debian-package application/x-deb
application/x-rpm application/x-redhat-package-manager application/vnd.appimage
application/x-iso9660-appimage application/x-itunes-ipa
text/x-shellscript text/x-sh text/vbscript text/x-msdos-batch text/x-python
"""
EXTENSIONS = frozenset(_EXTENSIONS.split())
MEDIA_TYPES = frozenset(_MEDIA_TYPES.split())
# Windows drops these from the end of a name; bidi and other format characters are not seen.
UNSEEN = dict.fromkeys(
    [0, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF]
)


def is_program(transfer: Transfer, types: TypeNode | None) -> bool:
    """Say whether any of the three says so.  Members of an archive do not count."""
    return (
        extension(transfer.file_name) in EXTENSIONS
        or transfer.declared_type in MEDIA_TYPES
        or any(_node_is_program(node) for node in transferred(transfer, types))
    )


def transferred(transfer: Transfer, types: TypeNode | None) -> Iterator[TypeNode]:
    """Yield the transferred file, and what lies below HTTP's own wrappings of it.

    A content coding and a multipart body are nodes of the tree like any other container.
    """
    level = [types] if types else []
    wrappings = len(transfer.codings) + transfer.declared_type.startswith("multipart/")
    for _ in range(wrappings + 1):
        yield from level
        level = [child for node in level for child in node.children]


def extension(name: str) -> str:
    """Return what Windows and a person take for the extension, in lower case; may be empty."""
    # "a.exe::$DATA" is a.exe: a colon begins the name of an NTFS stream
    visible = name.translate(UNSEEN).partition(":")[0].rstrip(". \t\u00a0")
    return visible.rpartition(".")[2].lower() if "." in visible else ""


def _node_is_program(node: TypeNode) -> bool:
    return node.file_type.family is Family.PROGRAM or extension(node.name) in EXTENSIONS
