"""The receivers of events: are their secrets readable, do they get on."""

from collections.abc import Iterator

from douane.finding import Finding, Health
from douane.settings import Settings
from verdicts.delivery.secret_files import read_secret, webhook_key
from verdicts.delivery.sender import ReceiverAway
from verdicts.delivery.settings import AnySink, SplunkSettings, WebhookSettings
from verdicts.ledger.event_log.sinks import SinkState, sinks
from verdicts.ledger.questions import LogUnavailable
from verdicts.ledger.reading.queries import Reader


def examine_sinks(settings: Settings) -> Iterator[Finding]:
    """Look at each; nothing is sent."""
    if not settings.sinks:
        return
    known: dict[str, SinkState] = {}
    if settings.state.directory.exists():
        reader = Reader(settings.database.url)
        try:
            with reader.connect() as connection:
                known = sinks(connection)
        except LogUnavailable:  # the finding about the service says so
            pass
        finally:
            reader.close()
    for one in settings.sinks:
        yield _finding(one, known.get(one.name))


def _finding(sink: AnySink, state: SinkState | None) -> Finding:
    part = f"sink {sink.name}"
    try:
        _look_at_secrets(sink)
    except ReceiverAway as error:
        return Finding(part, Health.BROKEN, str(error), "Write the file; it is read at each use.")
    if state is None:
        return Finding(part, Health.WARNING, "never started", "Run `douane serve`.")
    if state.disabled is not None:
        fix = f"POST /v1/sinks/{sink.name}/enable, once it is right, or take it out."
        return Finding(part, Health.BROKEN, f"disabled: {state.error}", fix)
    if state.error:
        fix = "Events wait for it in the log; see docs/integrations.md."
        return Finding(part, Health.WARNING, state.error, fix)
    waiting = f", {state.waiting} sent again later" if state.waiting else ""
    return Finding(part, Health.OK, f"event {state.position}{waiting}")


def _look_at_secrets(sink: AnySink) -> None:
    """Raise ReceiverAway, with the path and never with what is in it."""
    match sink:
        case WebhookSettings(secret_file=path, former_secret_file=former):
            for one in filter(None, (path, former)):
                webhook_key(one)
        case SplunkSettings(token_file=path):
            read_secret(path)
        case _:
            pass
