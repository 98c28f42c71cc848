"""`make demo`: the whole story in a terminal, with real servers on loopback.

An origin, Douane, and Squid between a web client and the origin: a clean download passes, EICAR, a
worm specimen, a disguised program and a protected archive do not; then what the SOC sees of it.
"""

import json
import shutil
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx

from bench.servers.douane import Douane
from bench.servers.origin import Document, Origin
from bench.servers.squid import squid
from samples.builders import eicar, encrypted_zip, jpeg, pe, zip_of
from samples.worms import worm_specimens

PLAIN, BOLD, GREEN, RED, DIM = "\033[0m", "\033[1m", "\033[32m", "\033[31m", "\033[2m"
if not sys.stdout.isatty():
    PLAIN = BOLD = GREEN = RED = DIM = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """One download or upload, and what should come of it."""

    title: str
    path: str
    body: bytes
    declared_type: str
    upload: bool = False


def scenes() -> list[Scene]:
    worm = worm_specimens()[0]
    octets = "application/octet-stream"
    return [
        Scene("a friend sends a holiday picture", "/holiday.jpg", jpeg(), "image/jpeg"),
        Scene("EICAR, the harmless test file", "/test.com", eicar(), octets),
        Scene(f"a worm specimen ({worm.name})", f"/{worm.name}", worm.data, octets),
        Scene("a program that calls itself photo.jpg", "/photo.jpg", pe(), "image/jpeg"),
        Scene("a ZIP with photo.jpg.exe", "/photos.zip", zip_of({"photo.jpg.exe": pe()}), octets),
        Scene(
            "a ZIP that nobody can look into",
            "/secret.zip",
            encrypted_zip({"invoice.txt": b"pay at once"}),
            "application/zip",
        ),
        Scene(
            "that worm in a ZIP, whose password everybody tries",
            "/locked.zip",
            encrypted_zip({worm.name: worm.data}, b"1234"),
            "application/zip",
        ),
        Scene("someone uploads that worm", "/upload/game.exe", worm.data, octets, upload=True),
    ]


def main() -> int:
    folder = Path(tempfile.mkdtemp(prefix="douane-demo-"))
    try:
        with ExitStack() as running:
            _say("starting an origin, Douane (clamd, ledger, fronts, API) and Squid …")
            origin = running.enter_context(Origin())
            douane = running.enter_context(Douane(folder))
            proxy = running.enter_context(
                squid(icap_port=douane.icap_port, origin_port=origin.port)
            )
            web = running.enter_context(httpx.Client(proxy=proxy.url, trust_env=False, timeout=60))
            api = running.enter_context(
                httpx.Client(
                    base_url=douane.api_url,
                    headers={"Authorization": f"Bearer {douane.admin_key}"},
                    trust_env=False,
                )
            )
            for number, scene in enumerate(scenes(), 1):
                _play(number, scene, origin, web, api)
            _show_statistics(api)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def _play(number: int, scene: Scene, origin: Origin, web: httpx.Client, api: httpx.Client) -> None:
    print(f"\n{BOLD}{number}. {scene.title}{PLAIN}")
    url = origin.publish(scene.path, Document(scene.body, scene.declared_type))
    verb = "PUT" if scene.upload else "GET"
    print(f"{DIM}   {verb} {url} through Squid, {len(scene.body):,} bytes{PLAIN}")
    if scene.upload:
        response = web.put(url, content=scene.body, headers={"Content-Type": scene.declared_type})
    else:
        response = web.get(url)
    transfer = response.headers.get("X-Douane-Transfer")
    if transfer is None:
        print(f"   {GREEN}HTTP {response.status_code}: delivered{PLAIN}")
        return
    row = api.get(f"/v1/verdicts/{transfer}").raise_for_status().json()
    print(f"   {RED}HTTP {response.status_code}: blocked{PLAIN} by clause {row['clause']}")
    for item in row["detections"]:
        inside = " / ".join(item["path"])
        print(f"     {item['code']:<28}{item['name']}{f'  in {inside}' if inside else ''}")
    for item in row["unscanned"]:
        print(f"     unscanned.{item['reason']:<18}{' / '.join(item['path'])}")
    print(f"{DIM}     transfer {transfer}, {row['scan_ms']:.1f} ms{PLAIN}")


def _show_statistics(api: httpx.Client) -> None:
    print(f"\n{BOLD}What the SOC sees: GET /v1/stats/summary{PLAIN}")
    summary = api.get("/v1/stats/summary").raise_for_status().json()
    print(json.dumps(summary, indent=2))


def _say(line: str) -> None:
    print(f"{DIM}{line}{PLAIN}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
