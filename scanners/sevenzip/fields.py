"""The fields of a 7z header, taken one after the other out of hostile bytes."""

from scanners.errors import ContentMalformed


class Fields:
    """A cursor over one header; ContentMalformed wherever the bytes end too soon."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0

    @property
    def left(self) -> int:
        return len(self._data) - self.at

    def take(self, count: int) -> bytes:
        if count > self.left:
            raise ContentMalformed("the header ends within a field")
        self.at += count
        return self._data[self.at - count : self.at]

    def byte(self) -> int:
        return self.take(1)[0]

    def fixed(self, size: int) -> int:
        return int.from_bytes(self.take(size), "little")

    def number(self) -> int:
        """Ones at the top of the first byte count the bytes that follow, low ones first.

        What the first byte has left are the highest bits.
        """
        first = self.byte()
        for extra in range(8):
            mask = 0x80 >> extra
            if first & mask == 0:
                return (first & (mask - 1)) << 8 * extra | self.fixed(extra)
        return self.fixed(8)

    def count(self, *, each: int = 1) -> int:
        """Return a number of things that take at least `each` bytes: no more than can be there."""
        count = self.number()
        if count * each > self.left:
            raise ContentMalformed("more of something than the header has bytes")
        return count

    def bits(self, count: int) -> list[bool]:
        """One bit each, highest first."""
        data = self.take((count + 7) // 8)
        return [bool(data[n // 8] & 0x80 >> n % 8) for n in range(count)]

    def defined(self, count: int) -> list[bool]:
        """Bits behind a byte that says whether all are set; then there are no bits."""
        return [True] * count if self.byte() else self.bits(count)

    def digests(self, count: int) -> list[int | None]:
        return [self.fixed(4) if known else None for known in self.defined(count)]
