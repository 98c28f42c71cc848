"""Files that are validly two things at once: whoever opens them decides what they are."""

from scanners.kit import Kit
from scanners.model import Code, Family
from scanners.smuggling.archives import starts_as_zip, zip_at_end
from scanners.smuggling.finds import Finds
from scanners.smuggling.hosts import CLOSED, DISCS, begins_as_page
from scanners.smuggling.second_types import begins_as_script, second_types

HARMLESS_PAIR = CLOSED | {Family.DOCUMENT, Family.DATA}
"""A PDF that begins like one of these is odd, but either reader shows a picture or a text."""
PLAIN = frozenset({"text", "json", "xml", "unknown"})
"""What stands before a PDF by mistake: heads of messages, printers' commands."""
NO_ZIP = frozenset("html svg xml text json msi lnk pdf ole rtf".split())


def look_for_second_types(finds: Finds, kit: Kit) -> None:
    """Tell what else the file is; formats that no other scanner would find become children."""
    content = finds.content
    kind, family, view = content.file_type.name, content.file_type.family, content.view
    if family in CLOSED and begins_as_script(view):
        said = f"a script engine reads the {kind} file as a script"
        finds.detect(Code.DISGUISE_POLYGLOT, "script", said, suspicious=True)
    closed = (family in CLOSED or kind in NO_ZIP or begins_as_page(view)) and not starts_as_zip(
        view
    )
    if closed and zip_at_end(view) is not None:
        said = f"{kind} content that ends as a ZIP archive"
        finds.detect(Code.DISGUISE_POLYGLOT, "zip", said, suspicious=True)
    if kind in DISCS | {"tar"} and kit.identify(view).name != kind:
        return  # handed out from here
    for second in second_types(view, kind):
        if second.name in DISCS and kind in DISCS:
            continue
        plain = kind in PLAIN or family in HARMLESS_PAIR
        said = f"{kind} content that is a {second.name} file as well"
        suspicious = second.name != "pdf" or not plain
        finds.detect(Code.DISGUISE_POLYGLOT, second.name, said, suspicious=suspicious)
        finds.hand_out(f"as {second.name}", view[second.start :], kit.table.named(second.name))
