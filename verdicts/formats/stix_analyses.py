"""What each engine says of a transfer, as `malware-analysis` of STIX 2.1 (§4.9)."""

from collections.abc import Iterator

from verdicts.formats import view

CONCLUSIONS = {
    "clean": "benign",
    "unknown": "unknown",
    "suspicious": "suspicious",
    "malicious": "malicious",
}
"""Words of `malware-result-ov`."""
ENGINES = ("clamav", "yara")
Analysis = tuple[str, str, dict[str, object]]


def analyses(row: view.VerdictRow, sample: str | None) -> Iterator[Analysis]:
    """Yield kind, product and properties of each; the verdict as a whole comes first."""
    whole: dict[str, object] = {
        "version": view.product_version(),
        "analysis_definition_version": row["ruleset"],
        "result": CONCLUSIONS[row["level"]],
    }
    yield _analysis("douane", whole, view.headline(row), sample)
    for engine in ENGINES:
        fields = _versions(row, engine)
        if not fields:
            continue  # it was not asked
        found = [one for one in view.alarming(row) if one["scanner"] == engine]
        missed = any(part["scanner"] == engine for part in row["unscanned"])
        level = found[0]["level"] if found else "unknown" if missed else "clean"
        fields["result"] = CONCLUSIONS[level]
        yield _analysis(engine, fields, found[0]["name"] if found else "", sample)


def _versions(row: view.VerdictRow, engine: str) -> dict[str, object]:
    """Return engine and definitions; clamd says "ClamAV 1.4.6/27000/Mon Jan 5 …"."""
    if engine == "yara":
        return {"analysis_definition_version": row["ruleset"]} if row["types"] else {}
    version, _, database = row["clamav"].partition("/")
    stated = {
        "analysis_engine_version": version.removeprefix("ClamAV").strip(),
        "analysis_definition_version": database.partition("/")[0],
    }
    return {name: text for name, text in stated.items() if text}


def _analysis(
    product: str, fields: dict[str, object], conclusion: str, sample: str | None
) -> Analysis:
    said = {"product": product, "result_name": conclusion, "sample_ref": sample, **fields}
    return "malware-analysis", product, {name: value for name, value in said.items() if value}
