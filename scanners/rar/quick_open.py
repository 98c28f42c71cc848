"""The quick-open record of RAR 5: copies of headers, which WinRAR shows instead of the headers.

An archive whose copies differ lists one thing and unpacks another.
https://www.rarlab.com/technote.htm#srvheaders
"""

from zlib import crc32

from scanners.errors import ContentMalformed
from scanners.rar.blocks5 import Block
from scanners.rar.fields import Fields

LARGEST = 4 * 1024 * 1024
"""Bytes that are compared; copies of 20,000 headers have less."""


def contradicts(view: memoryview, block: Block) -> bool:
    """Return whether a copy in the data of this block differs from the header it is a copy of."""
    data = bytes(view[block.data : min(block.end, block.data + LARGEST)])
    copies = Fields(data)
    try:
        while copies.left > 4:
            checksum, start = copies.number(4), copies.at
            copy = Fields(copies.take(copies.vint()))
            copy.vint()  # flags
            original, header = block.start - copy.vint(), copy.take(copy.vint())
            if crc32(data[start : copies.at]) != checksum:
                continue  # readers skip it as well
            if original < 0 or bytes(view[original : original + len(header)]) != header:
                return True
    except ContentMalformed:
        pass  # a record that breaks off is no record for readers, either
    return False
