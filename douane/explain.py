"""A verdict in words for a terminal.  Names in it come from strangers: nothing is printed raw."""

from collections.abc import Iterator

Row = dict[str, object]

SHOWN = 40
"""Files of a tree that are shown; the verdict has all of them."""


def one_line(row: Row) -> str:
    """Return e.g. "block (malicious): signature.yara IM_Worm_Choke"."""
    found = [
        printable(f"{item['code']} {item['name']}")
        for item in _items(row, "detections")
        if item["level"] != "info"
    ]
    gaps = [printable(f"unscanned.{item['reason']}") for item in _items(row, "unscanned")]
    reasons = ", ".join(dict.fromkeys([*found, *gaps]))
    return printable(f"{row['action']} ({row['level']})") + (f": {reasons}" if reasons else "")


def explain(row: Row) -> str:
    """Return everything that led to the ruling, one fact a line."""
    return "\n".join([one_line(row), *(f"  {printable(line)}" for line in _facts(row))])


def printable(value: object) -> str:
    """Return the text with everything escaped that could move a cursor or turn the reading."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode()
        for char in str(value)
    )


def _facts(row: Row) -> Iterator[str]:
    decided = "" if row["enforced"] else f", only monitored: it would {row.get('wanted', 'block')}"
    yield f"ruling      {row['action']} by clause {row['clause']!s}{decided}"
    yield from _type_tree(row)
    if row["declared_type"]:
        yield f"declared    {row['declared_type']}"
    if row["file_name"]:
        yield f"name        {row['file_name']}"
    yield f"size        {row['size']} bytes, SHA-256 {row['sha256'] or 'not computed'}"
    for item in _items(row, "detections"):
        yield f"{item['level']!s:<11} {item['code']} {item['name']}{_place(item)}"
        if item.get("detail"):
            yield f"            {item['detail']}"
    for item in _items(row, "unscanned"):
        yield f"unscanned   {item['reason']} (said {item['scanner']}){_place(item)}"
    yield f"asked       rule set {row['ruleset']}, {row['clamav'] or 'no ClamAV'}"
    yield f"took        {row['scan_ms']} ms{', from the cache' if row['cached'] else ''}"
    yield f"transfer    {row['id']}"


def _type_tree(row: Row) -> Iterator[str]:
    """Yield the type of the file, and of everything found in it a line, SHOWN of them."""
    yield f"true type   {row['true_type'] or 'not known'}{_kind(row.get('types'))}"
    waiting = [(1, child) for child in _children(row.get("types"))]
    for _ in range(SHOWN):
        if not waiting:
            return
        depth, node = waiting.pop()
        name = f"{node['name']}  " if node["name"] else ""
        yield f"            {'  ' * (depth - 1)}└ {name}{node['type']}{_kind(node)}"
        waiting += ((depth + 1, child) for child in _children(node))
    if waiting:
        yield "            … and more"


def _children(node: object) -> list[dict[str, object]]:
    children = node.get("children") if isinstance(node, dict) else None
    return children[::-1] if isinstance(children, list) else []


def _kind(node: object) -> str:
    kind = node.get("kind") if isinstance(node, dict) else None
    return f" ({kind})" if kind else ""


def _items(row: Row, key: str) -> list[dict[str, object]]:
    items = row[key]
    return items if isinstance(items, list) else []


def _place(item: dict[str, object]) -> str:
    path = item["path"]
    inside = " / ".join(map(str, path)) if isinstance(path, list) else ""
    return f"  in {inside}" if inside else ""
