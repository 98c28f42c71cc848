"""The fields of a RAR header, taken one after the other out of hostile bytes."""

from scanners.errors import ContentMalformed

LONGEST_VINT = 10
"""Bytes of a number of 64 bits, seven in each."""


class Fields:
    """A cursor over one header or record; ContentMalformed wherever the bytes end too soon."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self._data = data
        self.at = at

    @property
    def left(self) -> int:
        return len(self._data) - self.at

    def take(self, count: int) -> bytes:
        if not 0 <= count <= self.left:
            raise ContentMalformed("a header ends within a field")
        self.at += count
        return self._data[self.at - count : self.at]

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "little")

    def vint(self) -> int:
        """A number of RAR 5: seven bits a byte, low ones first, the high bit says that more come.

        https://www.rarlab.com/technote.htm#vint
        """
        value = 0
        for place in range(LONGEST_VINT):
            byte = self.number(1)
            value |= (byte & 0x7F) << 7 * place
            if byte < 0x80:
                return value
        raise ContentMalformed("a number of more than 64 bits")

    def rest(self) -> bytes:
        return self.take(self.left)
