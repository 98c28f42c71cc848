"""Rule sets with a life: the shipped one and a worm of the day, for tests and measurements."""

import shutil
import subprocess
from pathlib import Path

from bench.servers.douane import COMMAND, Douane

RULES = Path(__file__).parents[1] / "rules"
SCRIPT = "uint16(0) != 0x5A4D and uint16(0) != 0xD8FF and uint16(0) != 0x5089 and "
"""Where rules in yara/script are tried."""
RULE = """rule {name}
{{
    meta:
        id = "{uuid}"
        version = "1.0"
        description = "Detects the worm of a test"
        author = "Douane"
        date = "2026-11-23"
        reference = "https://worms.example/{day}"
        category = "MALWARE"
        malware_type = "WORM"
        family = "Worm of day {day}"
        sharing = "TLP:CLEAR"
        source = "Douane"
        level = "malicious"
        basis = "published description"
        sample_seen = false
        status = "testing"
        score = 60
    strings:
        $lure = "the lure of day {day:04}" ascii wide
        $file = "worm-{day:04}.exe" ascii wide
    condition:
        {only}filesize < 64KB and all of them
}}
"""
PROOF = """[{name}]
hits = ["the lure of day {day:04}, worm-{day:04}.exe"]
spares = ["the lure of day {day:04}"]
"""
ENTRY = """name = "Worm of day {day}"
kind = "family"
aliases = []
first_seen = "2026"
networks = ["any"]
transport = "file"
basis = "published strings"
about = "A worm of a test."
references = ["https://worms.example/{day}"]
cover = [{{ rule = "{name}", basis = "published strings" }}]
"""


def rule_name(day: int) -> str:
    return f"MAL_Worm_Day{day}_Nov26"


def specimen(day: int, more: str = "") -> bytes:
    """Return what only the rule of that day finds."""
    return f"{more} the lure of day {day:04} is worm-{day:04}.exe".encode()


def add_worm(rules: Path, day: int, folder: str = "") -> None:
    """Write rule, proof and entry of the catalogue, as an analyst does."""
    words = {
        "name": rule_name(day),
        "day": day,
        "uuid": f"00000000-0000-4000-8000-{day:012x}",
        "only": SCRIPT if folder == "script" else "",
    }
    (rules / "yara" / folder / f"day{day}.yar").write_text(RULE.format(**words))
    (rules / "yara" / "tests" / folder / f"day{day}.toml").write_text(PROOF.format(**words))
    (rules / "catalogue" / f"day{day}.toml").write_text(ENTRY.format(**words))


def copy_rules(folder: Path) -> Path:
    """Return a copy of the shipped rules that a test may change."""
    return Path(shutil.copytree(RULES, folder / "rules"))


def order(douane: Douane, *words: object) -> subprocess.CompletedProcess[str]:
    """Run `douane rules …` against a service; the exit status is the caller's to look at."""
    configuration = douane.state.parent / "douane.toml"
    command = [str(COMMAND), "rules", *map(str, words), "--config", str(configuration)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
