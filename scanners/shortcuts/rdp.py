"""Settings of a remote desktop (.rdp): the far side may be given the drives of this one."""

from collections.abc import Iterator

from scanners.shortcuts.launchers import Finding, judge_line

MAX_LINES = 4096


def judge_rdp(text: str) -> Iterator[Finding]:
    """Yield what an unsigned file from anywhere gives away, and the commands it starts."""
    values: dict[str, str] = {}
    for line in text.splitlines()[:MAX_LINES]:
        key, _, rest = line.partition(":")
        values[key.strip("\ufeff \t").lower()] = rest.partition(":")[2].strip()
    for key in ("alternate shell", "remoteapplicationprogram"):
        if found := judge_line(
            f"{values.get(key, '')} {values.get('remoteapplicationcmdline', '')}"
        ):
            yield found
            break
    host = values.get("full address", "") or values.get("alternate full address", "")
    outside = "." in host or "[" in host
    drives = values.get("drivestoredirect", "").strip(" ;")
    if outside and drives and not values.get("signature"):
        yield Finding("drives", f"gives the drives {drives[:20]} of this computer to {host[:80]}")
