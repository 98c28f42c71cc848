"""What stands between a connection and the office: all that a front asks before it serves."""

from dataclasses import dataclass
from pathlib import Path

from icap_server.access import Access
from icap_server.admission import Admission
from icap_server.credentials import Credentials
from icap_server.gate import Gate, turns_at_once
from icap_server.profiles import Profiles
from icap_server.settings import AccessSettings, IcapSettings
from icap_server.tally import Tally


@dataclass(frozen=True, slots=True)
class Entrance:
    """Of one front."""

    access: Access
    admission: Admission
    gate: Gate
    profiles: Profiles
    credentials: Credentials | None
    """None: nobody needs any."""

    @classmethod
    def build(
        cls,
        icap: IcapSettings,
        access: AccessSettings,
        *,
        tally: Tally,
        profiles: Profiles,
        workers: int,
        queue: int,
        others: int,
    ) -> "Entrance":
        """`workers`, their `queue` and how many `others` use it: see turns_at_once().

        Raises UsersUnusable.
        """
        return cls(
            Access(access),
            Admission(icap, tally),
            Gate(turns_at_once(icap.inspections, workers, queue, others), icap.waiting),
            profiles,
            Credentials(Path(access.basic_users)) if access.basic_users else None,
        )
