"""What every container needs to judge its members."""

from dataclasses import dataclass, field

from scanners.base import Identify
from scanners.known_members import KnownMembers
from scanners.passwords.keyring import Keyring
from scanners.types.table import TypeTable


@dataclass(frozen=True, slots=True)
class Kit:
    """Shared by all containers of a bench; read-only."""

    table: TypeTable
    identify: Identify
    keyring: Keyring = field(default_factory=Keyring)
    known: KnownMembers = field(default_factory=KnownMembers)
