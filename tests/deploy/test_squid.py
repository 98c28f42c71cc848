"""What Squid's configuration says of us is true; Squid itself reads it in tests/end_to_end."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from icap_server.shipped_profiles import SHIPPED

SNIPPET = Path(__file__).parents[2] / "deploy" / "squid" / "douane.conf"


def test_both_directions_name_a_profile_that_waits() -> None:
    services = re.findall(r"^icap_service \w+ (\w+)_precache (icap:\S+)", SNIPPET.read_text(), re.M)
    assert [method for method, _ in services] == ["reqmod", "respmod"]
    for method, url in services:
        parts = urlsplit(url)
        assert parts.path == f"/{method}"
        (name,) = parse_qs(parts.query)["profile"]
        assert not SHIPPED[name].overload_503
