"""Every part that Douane needs: is it present, which version, healthy, and if not, what to do."""

import asyncio
import json
import os
import platform
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import magic
import yara

from douane.clamav import NOT_LOADED_FIX, OFF, STALE, ClamavDaemon
from douane.descriptors import shortage
from douane.doctor_rules import examine_rules
from douane.doctor_sinks import examine_sinks
from douane.finding import Finding, Health
from douane.settings import Settings
from icap_server.tls import CertificateUnusable, certificate_expiry, make_context
from icap_server.users import UsersUnusable, read_users
from scanners.clamav.address import parse_address
from scanners.clamav.daemon import find_binary
from scanners.clamav.database import stated_age
from scanners.clamav.engine import Clamav, EngineState
from scanners.clamav.management import Management
from scanners.errors import EngineDown
from scanners.worker.sandbox import make_plan, probe

API_SECONDS = 3.0
RENEWAL = timedelta(days=14)
MAX_ANSWER = 256 * 1024
RECORDING = ("database", "journal")
"""Parts that may be in order and yet need somebody's hand."""
RECORDING_FIX = "Mend the database or its disk; docs/storage.md says what is kept until then."
SERVICE_FIX = "See the lines that `douane serve` printed, or its journal."


def examine_parts(settings: Settings) -> Iterator[Finding]:
    """Look at every part, cheapest first; takes some seconds if clamd does not answer."""
    yield Finding("python", Health.OK, platform.python_version())
    libmagic: int = magic.version()  # type: ignore[no-untyped-call]
    yield Finding("libmagic", Health.OK, f"{libmagic / 100:.2f}")
    yield Finding("yara-python", Health.OK, yara.__version__)
    yield _sandbox(settings)
    yield from examine_rules(settings)
    yield from _state(settings)
    yield from _door(settings)
    yield from _clamav(settings)
    yield from examine_sinks(settings)
    yield from _service(settings)


def _sandbox(settings: Settings) -> Finding:
    missing = probe(make_plan(settings.limits, settings.workers))
    if not missing:
        return Finding("sandbox", Health.OK, f"complete (Linux {platform.release()})")
    return Finding(
        "sandbox",
        Health.WARNING,
        f"without {', '.join(missing)}",
        "Scan workers run with less protection; use a kernel with Landlock (≥ 5.13) and seccomp.",
    )


def _state(settings: Settings) -> Iterator[Finding]:
    state = settings.state.directory
    if not state.exists():
        yield Finding("state", Health.WARNING, f"{state} does not exist yet", "Run `douane serve`.")
    elif not os.access(state, os.W_OK | os.X_OK):
        yield Finding(
            "state", Health.BROKEN, f"{state} is not writable", "Run as its owner, or change it."
        )
    else:
        free = os.statvfs(state)
        gigabytes = free.f_bavail * free.f_frsize / 1e9
        health = Health.OK if gigabytes > 1 else Health.WARNING
        yield Finding("state", health, f"{state}, {gigabytes:.1f} GB free")


def _door(settings: Settings) -> Iterator[Finding]:
    """What clients need: descriptors enough, a certificate that holds, users who can be read."""
    lacking = shortage(settings)
    connections = f"{settings.icap.max_connections} connections"
    if lacking:
        yield Finding("connections", Health.WARNING, f"too many: {connections}", lacking)
    else:
        yield Finding("connections", Health.OK, connections)
    if settings.icaps.listen:
        yield _certificate(settings)
    if settings.access.basic_users:
        try:
            count = len(read_users(Path(settings.access.basic_users)))
        except UsersUnusable as error:
            fix = "Write it with `douane access add NAME`."
            yield Finding("basic users", Health.BROKEN, str(error), fix)
        else:
            yield Finding("basic users", Health.OK, f"{count} in {settings.access.basic_users}")


def _certificate(settings: Settings) -> Finding:
    try:
        make_context(settings.icaps)
        expiry = certificate_expiry(settings.icaps)
    except CertificateUnusable as error:
        fix = "Renew or correct it, then start again: a running service keeps the one it has."
        return Finding("icaps certificate", Health.BROKEN, str(error), fix)
    soon = expiry - datetime.now(UTC) < RENEWAL
    health, fix = (Health.WARNING, "Renew it.") if soon else (Health.OK, "")
    return Finding("icaps certificate", health, f"valid until {expiry:%Y-%m-%d}", fix)


def _clamav(settings: Settings) -> Iterator[Finding]:
    daemon = ClamavDaemon(settings)
    if daemon.socket == OFF:
        yield Finding("clamav", Health.WARNING, "off", 'Set [clamav] socket = "auto" to use it.')
        return
    binary = find_binary()
    if daemon.embedded is not None and binary is None:
        yield Finding("clamav", Health.BROKEN, "no clamd", daemon.warnings()[0])
        return
    if daemon.embedded is not None and not daemon.embedded.socket.exists():
        yield Finding("clamav", Health.WARNING, f"{binary}, not running", "Run `douane serve`.")
    else:
        state = asyncio.run(_ask_engine(settings, daemon.socket))
        yield _engine(state)
        if daemon.embedded is None:
            yield from _stated_database(state)
        else:
            yield from _signatures(daemon)
    if daemon.embedded is not None:
        yield from _database(daemon)


def _engine(state: EngineState) -> Finding:
    if state.status != "up":
        return Finding(
            "clamav",
            Health.BROKEN,
            state.fault or "no answer",
            "Start clamd, or correct [clamav] socket; until then files count as not scanned.",
        )
    if state.fault:
        return Finding(
            "clamav", Health.WARNING, f"{state.version} by {state.transport}", state.fault
        )
    return Finding("clamav", Health.OK, f"{state.version} by {state.transport}")


async def _ask_engine(settings: Settings, socket: str) -> EngineState:
    """Connect as a front does, probes included."""
    engine = Clamav(settings.clamav, socket)
    engine.start()
    await engine.settled()
    state = engine.state
    await engine.stop()
    return state


def _signatures(daemon: ClamavDaemon) -> Iterator[Finding]:
    """Whether our own clamd detects by the signatures that were written for it."""
    assert daemon.embedded is not None  # noqa: S101 - the caller looks
    generation = daemon.embedded.written_generation()
    try:
        loaded = Management(parse_address(daemon.socket)).has_loaded(generation)
    except EngineDown:  # the finding before this one says so
        return
    if loaded:
        yield Finding("clamav signatures", Health.OK, generation)
    else:
        state = f"{generation or 'unknown'} not loaded"
        yield Finding("clamav signatures", Health.WARNING, state, NOT_LOADED_FIX)


def _stated_database(state: EngineState) -> Iterator[Finding]:
    """What a clamd that is not ours says of its database."""
    if state.status != "up":
        return
    age = stated_age(state.version)
    if age is None:
        yield Finding(
            "clamav database", Health.WARNING, "none stated", "Run freshclam on clamd's machine."
        )
        return
    stale = datetime.now(UTC) - age.built_at > STALE
    yield Finding(
        "clamav database",
        Health.WARNING if stale else Health.OK,
        f"{age.name} {age.version} of {age.built_at:%Y-%m-%d}",
        "Is freshclam running on clamd's machine?" if stale else "",
    )


def _database(daemon: ClamavDaemon) -> Iterator[Finding]:
    assert daemon.embedded is not None  # noqa: S101 - the caller looks
    age = daemon.embedded.official_database()
    warnings = daemon.warnings()
    if warnings:
        state = "none" if age is None else f"{age.name} {age.version}"
        yield Finding("clamav database", Health.WARNING, state, warnings[0])
    elif age is not None:
        built = f"{age.built_at:%Y-%m-%d %H:%M} UTC"
        yield Finding("clamav database", Health.OK, f"{age.name} {age.version} of {built}")


def _service(settings: Settings) -> Iterator[Finding]:
    place = settings.addresses_file
    if not place.exists():
        yield Finding("service", Health.WARNING, "not running", "Run `douane serve`.")
        return
    try:
        addresses = json.loads(place.read_text())
        parts = _parts(f"http://{addresses['api']}/v1/health/ready")
        failing = "; ".join(f"{p['part']}: {p['explanation']}" for p in parts if not p["ok"])
        said = [(p["part"], p["explanation"]) for p in parts if p["part"] in RECORDING and p["ok"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        yield Finding("service", Health.BROKEN, f"does not answer: {error}", SERVICE_FIX)
        return
    if failing:
        yield Finding("service", Health.BROKEN, f"not ready: {failing}", SERVICE_FIX)
    else:
        yield Finding("service", Health.OK, f"ready, ICAP on {addresses['icap']}")
    for part, explanation in said:
        if explanation:
            yield Finding(part, Health.WARNING, explanation, RECORDING_FIX)


def _parts(url: str) -> list[dict[str, Any]]:
    """Return the parts of the service as it sees them, ready or not."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # it is on this machine
    try:
        with direct.open(url, timeout=API_SECONDS) as answer:
            body = answer.read(MAX_ANSWER)
    except urllib.error.HTTPError as error:
        with error:
            body = error.read(MAX_ANSWER)
    parts: list[dict[str, Any]] = json.loads(body)["parts"]
    return parts
