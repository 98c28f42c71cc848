"""A 7z archive made anew of one folder without its encryption, for libarchive, which knows none.

What goes in is decrypted already.  Files are named by their number, so that nothing of the names
is left to be judged.
"""

import struct
from collections.abc import Sequence
from zlib import crc32

from scanners.errors import ContentMalformed
from scanners.sevenzip import streams
from scanners.sevenzip.records import AES, COPY, Coder, Folder

SIGNATURE = b"7z\xbc\xaf\x27\x1c"
_HEADER, _STREAMS, _FILES, _NAMES = 1, 4, 5, 17


def without_encryption(folder: Folder) -> Folder:
    """Return the folder with its AES coders left out: their input is then what they gave.

    ContentMalformed if one of them does not read a packed stream: no packer encrypts first.
    """
    kept = [number for number, coder in enumerate(folder.coders) if coder.method != AES]
    if not kept:
        return Folder((Coder(COPY, b""),), (), (0,), (folder.size,))
    starts = _starts([coder.inputs for coder in folder.coders])
    ends = _starts([coder.outputs for coder in folder.coders])
    gone_in: dict[int, int] = {}  # input of AES -> its output
    for number, coder in enumerate(folder.coders):
        if coder.method == AES:
            if (coder.inputs, coder.outputs) != (1, 1) or starts[number] not in folder.packed:
                raise ContentMalformed("encryption within compression")
            gone_in[starts[number]] = ends[number]
    gone_out = set(gone_in.values())
    fed_by = {output: bound for bound, output in folder.bonds}
    packed = [fed_by.get(gone_in[n], -1) if n in gone_in else n for n in folder.packed]
    if -1 in packed:
        raise ContentMalformed("encryption of what nothing reads")
    inputs = _renumbered(sum(coder.inputs for coder in folder.coders), set(gone_in))
    outputs = _renumbered(len(folder.sizes), gone_out)
    return Folder(
        tuple(folder.coders[number] for number in kept),
        tuple((inputs[i], outputs[o]) for i, o in folder.bonds if o not in gone_out),
        tuple(inputs[number] for number in packed),
        tuple(size for number, size in enumerate(folder.sizes) if number not in gone_out),
    )


def rebuild(folder: Folder, packed: Sequence[bytes | memoryview], sizes: Sequence[int]) -> bytes:
    """Return an archive of this folder, whose output is cut into files of these sizes."""
    names = b"".join(str(number).encode("utf-16-le") + bytes(2) for number in range(len(sizes)))
    files = _numbers(_FILES, len(sizes), _NAMES, len(names) + 1) + b"\0" + names + b"\0"
    header = bytes([_HEADER, _STREAMS]) + _streams(folder, packed, sizes) + files + b"\0"
    body = b"".join(packed)
    start = struct.pack("<QQI", len(body), len(header), crc32(header))
    return b"".join((SIGNATURE, b"\0\4", struct.pack("<I", crc32(start)), start, body, header))


def _streams(folder: Folder, packed: Sequence[bytes | memoryview], sizes: Sequence[int]) -> bytes:
    lengths = [len(stream) for stream in packed]
    text = _numbers(streams.PACKED, 0, len(packed), streams.SIZES, *lengths, streams.END)
    text += _numbers(streams.UNPACKED, streams.FOLDERS, 1) + b"\0" + _numbers(len(folder.coders))
    for coder in folder.coders:
        text += bytes([len(coder.method) | 0x30]) + coder.method
        text += _numbers(coder.inputs, coder.outputs, len(coder.properties)) + coder.properties
    text += _numbers(*(number for bond in folder.bonds for number in bond))
    if len(folder.packed) > 1:
        text += _numbers(*folder.packed)
    text += _numbers(streams.FOLDER_SIZES, *folder.sizes, streams.END)
    text += _numbers(streams.PARTS, streams.PART_COUNTS, len(sizes))
    if len(sizes) > 1:
        text += _numbers(streams.SIZES, *sizes[:-1])
    return text + _numbers(streams.END, streams.END)


def _starts(counts: list[int]) -> list[int]:
    """Return the number of the first stream of each coder."""
    return [sum(counts[:number]) for number in range(len(counts))]


def _renumbered(count: int, gone: set[int]) -> dict[int, int]:
    kept = (number for number in range(count) if number not in gone)
    return {old: new for new, old in enumerate(kept)}


def _numbers(*numbers: int) -> bytes:
    return b"".join(map(_number, numbers))


def _number(number: int) -> bytes:
    for extra in range(8):
        if number < 1 << 7 * (extra + 1):
            high = 0xFF00 >> extra & 0xFF | number >> 8 * extra
            return bytes([high]) + (number & (1 << 8 * extra) - 1).to_bytes(extra, "little")
    return b"\xff" + number.to_bytes(8, "little")
