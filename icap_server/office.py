"""What the exchanges of one front share."""

from collections.abc import Callable
from dataclasses import dataclass

from icap_server.block_page import BlockPage
from icap_server.payload.channels import Channels
from icap_server.settings import IcapSettings
from verdicts.inspect import Inspection
from verdicts.pieces import PieceStore
from verdicts.spool import SpoolSpace


@dataclass(slots=True)
class Office:
    """Nothing in it is replaced but the channels, when another rule set takes over."""

    settings: IcapSettings
    inspection: Inspection
    channels: Channels
    space: SpoolSpace
    file_bytes: int
    """A larger body is not scanned."""
    istag: Callable[[], str]
    """The quoted ISTag in force now (§4.7)."""
    page: BlockPage
    refuses: Callable[[], bool] = lambda: False
    """Whether nothing may begin now: its record could not be kept."""
    pieces: PieceStore | None = None
    """Where the pieces of one file meet; None: each is judged by itself alone."""
