"""Where the ledger of an installation is; no part of the settings, which fronts read as well."""

from douane.settings import Settings
from verdicts.ledger.access.place import LedgerPlace


def ledger_place(settings: Settings) -> LedgerPlace:
    """Return where the ledger and its database are."""
    return LedgerPlace(settings.database.url, settings.ledger_socket, settings.state.directory)
