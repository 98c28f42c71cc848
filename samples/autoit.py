"""Compiled AutoIt scripts (EA05): programs whose script only a decompiler shows, as ClamAV has one.

The script is stored, not packed, and encrypted with the Mersenne Twister, as AutoIt 3.1 and 3.2 do.
The program before it is empty, so nothing here ever runs a script.  (libclamav/autoit.c reads it)
"""

import random
import struct

from samples.programs import pe

MAGIC = bytes.fromhex("a3484bbe986c4aa9994c530a86d6487d") + b"AU3!EA05"
CHECKSUM = bytes(16)
"""Of the password: an MD5, whose bytes' sum goes into the key of the script."""
KEY_MARK, KEY_KIND, KEY_NAME, KEY_SCRIPT = 0x16FA, 0xA25E, 0xF25E, 0x22AF
MASK_KIND, MASK_NAME, MASK_SIZE, MASK_SUM = 0x29BC, 0x29AC, 0x45AA, 0xC3D2
STORED = 0


def compiled_autoit(script: str) -> bytes:
    """Return an empty program with this script behind it."""
    body = script.encode("latin-1")
    header = _crypt(b"FILE", KEY_MARK)
    header += _text(b">AUTOIT SCRIPT<", MASK_KIND, KEY_KIND)
    header += _text(b"script.au3", MASK_NAME, KEY_NAME)
    sizes = len(body) ^ MASK_SIZE, len(body) ^ MASK_SIZE, MASK_SUM
    header += struct.pack("<B3I16x", STORED, *sizes)
    return pe() + MAGIC + CHECKSUM + header + _crypt(body, KEY_SCRIPT + sum(CHECKSUM))


def _text(text: bytes, mask: int, key: int) -> bytes:
    return struct.pack("<I", len(text) ^ mask) + _crypt(text, len(text) + key)


def _crypt(data: bytes, seed: int) -> bytes:
    """Apply MT19937, seeded with one number; of each of its words the bits 1 to 8 are used."""
    state = [seed]
    for number in range(1, 624):
        state.append((0x6C078965 * (state[-1] ^ state[-1] >> 30) + number) & 0xFFFFFFFF)
    twister = random.Random()  # noqa: S311 - the format's cipher
    twister.setstate((3, (*state, 624), None))
    return bytes(byte ^ twister.getrandbits(32) >> 1 & 0xFF for byte in data)
