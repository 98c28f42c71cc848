"""What one transferred file may cost, counted over everything found inside it."""

import time
from dataclasses import dataclass, field

from scanners.errors import ContentTooDeep, ContentTooLarge, DeadlinePassed, TooManyMembers
from scanners.passwords.password import Password


@dataclass(slots=True)
class Budget:
    """One budget a transfer, passed down as a value; scanners set no alarms and read no settings.

    Bytes and members are counted as they come out, never believed from a header.
    """

    deadline: float
    """Monotonic clock, seconds."""
    bytes_left: int
    """Decoded bytes that may still be produced, over the whole tree."""
    members_left: int
    """Members that may still be opened, over the whole tree."""
    depth: int
    """Containers that may lie within one another below the content at hand."""
    guess_seconds: float = 0.25
    """Left for trying passwords, over the whole tree."""
    proven: list[Password] = field(default_factory=list)
    """Passwords that opened something in this tree: what lies beside or in it may have them."""

    def seconds_left(self) -> float:
        """Return the time left, > 0; raise DeadlinePassed if there is none."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise DeadlinePassed("no time left for this file")
        return left

    def spend_bytes(self, count: int) -> None:
        self.bytes_left -= count
        if self.bytes_left < 0:
            raise ContentTooLarge("the members of this file are larger than the budget")

    def spend_member(self) -> None:
        self.members_left -= 1
        if self.members_left < 0:
            raise TooManyMembers("this file has more members than the budget allows")

    def require_depth(self, depth: int) -> None:
        """Raise ContentTooDeep if a container at `depth` (0: the file itself) may not be opened."""
        if depth >= self.depth:
            raise ContentTooDeep("containers lie deeper than the budget allows")
