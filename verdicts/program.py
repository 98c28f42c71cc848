"""Is this transfer a program, by content, by name or by declared type?"""

from collections.abc import Iterator

from scanners.model import Family, TypeNode
from scanners.names import extension, readings
from scanners.types.table import TypeTable
from verdicts.model import Transfer


def is_program(transfer: Transfer, types: TypeNode | None, table: TypeTable) -> bool:
    """Say whether any of the three says so of the file, or of a part of the message it came in.

    Members of archives do not count.  `table` says which extensions and media types promise a
    program.
    """
    return (
        any(
            Family.PROGRAM in table.media_families(declared)
            for declared in (transfer.declared_type, *transfer.other_types)
        )
        or any(_is_named_so(name, table) for name in (transfer.file_name, *transfer.stated_names))
        or any(
            node.file_type.family is Family.PROGRAM or _is_named_so(node.name, table)
            for node in message_parts(types)
        )
    )


def message_parts(types: TypeNode | None) -> Iterator[TypeNode]:
    """Yield the transferred file and whatever lies in it without an archive around it.

    Forms, mail, fields of JSON, base64, uuencode and content codings are ways to write a message:
    whoever receives it has the parts at once, however deep they lie.
    """
    waiting = [types] if types else []
    while waiting:
        node = waiting.pop()
        yield node
        waiting += (child for child in node.children if not child.member)


def transferred(transfer: Transfer, types: TypeNode | None) -> Iterator[TypeNode]:
    """Yield the transferred file, and what lies below HTTP's own wrappings of it.

    Content codings and a multipart body are nodes of the tree like any other container.
    """
    level = [types] if types else []
    wrappings = bool(transfer.codings) + transfer.declared_type.startswith("multipart/")
    for _ in range(wrappings + 1):
        yield from level
        level = [child for node in level for child in node.children if not child.member]


def _is_named_so(name: str, table: TypeTable) -> bool:
    return any(
        Family.PROGRAM in table.extension_families(extension(reading)) for reading in readings(name)
    )
