"""Names of RAR 1.5 to 4: one in the writer's code page and, since RAR 2.9, one in Unicode.

The Unicode name stands behind a zero, as differences to the first; without a zero it is UTF-8.
"""

from scanners.errors import ContentMalformed
from scanners.rar.fields import Fields

LONGEST = 1024
"""Characters; RAR itself stops there."""


def names(raw: bytes, *, unicode: bool) -> tuple[str, ...]:
    """Return the names that readers show, the best first; at least one."""
    plain, zero, encoded = raw.partition(b"\0")
    first = _plain(plain)
    if not (unicode and zero and encoded):
        return (first,)
    both = dict.fromkeys((_decoded(plain, encoded), first))
    return tuple(name for name in both if name) or (first,)


def _plain(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp437", "replace")


def _decoded(plain: bytes, encoded: bytes) -> str:
    """Undo the packing: two bits a character say how many of its bytes stand there.

    0: the low byte.  1: the low byte; the high one is the common one.  2: both.  3: a run of
    characters of the plain name, shifted within the common high byte if the length says so.
    """
    fields = Fields(encoded)
    units: list[int] = []
    try:
        high = fields.number(1) << 8
        while fields.left and len(units) < LONGEST:
            kinds = fields.number(1)
            for shift in (6, 4, 2, 0):
                if not fields.left:
                    break
                kind = kinds >> shift & 3
                if kind == 0:
                    units.append(fields.number(1))
                elif kind == 1:
                    units.append(high | fields.number(1))
                elif kind == 2:
                    units.append(fields.number(2))
                else:
                    units += _run(plain, len(units), fields, high)
    except ContentMalformed:
        pass  # readers show what there is
    packed = b"".join(unit.to_bytes(2, "little") for unit in units[:LONGEST])
    return packed.decode("utf-16-le", "replace").partition("\0")[0]


def _run(plain: bytes, at: int, fields: Fields, high: int) -> list[int]:
    length = fields.number(1)
    shifted = length & 0x80
    correction = fields.number(1) if shifted else 0
    here = plain[at : at + (length & 0x7F) + 2]
    return [high | (byte + correction & 0xFF) if shifted else byte for byte in here]


_plain(b"\xff")  # loads the code page now: a sandboxed worker can load nothing later
