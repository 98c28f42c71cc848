"""A verdict as a STIX 2.1 bundle: what was seen, what the engines say of it, what to look for.

Its identifiers depend on the verdict alone: who takes a bundle twice has its objects once.
"""

from collections.abc import Iterator, Mapping

from verdicts.formats import view
from verdicts.formats.malware_names import MalwareName, read_name
from verdicts.formats.stix_analyses import analyses
from verdicts.formats.stix_ids import observable_id, own_id

Thing = dict[str, object]
BORN = "2026-01-01T00:00:00.000Z"
"""When the objects that are the same in every bundle were made."""
AMBER = "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"
TLP_AMBER: Thing = {
    "type": "marking-definition",
    "spec_version": "2.1",
    "id": AMBER,
    "created": "2017-01-20T00:00:00.000Z",
    "definition_type": "tlp",
    "name": "TLP:AMBER",
    "definition": {"tlp": "amber"},
}
"""As STIX 2.1 §7.2.1.4 has it: users and addresses are for those who need to know."""
US: Thing = {
    "type": "identity",
    "spec_version": "2.1",
    "id": own_id("identity", view.PRODUCT),
    "created": BORN,
    "modified": BORN,
    "name": view.PRODUCT,
    "identity_class": "system",
}


def stix(row: Mapping[str, object]) -> Thing:
    """Return the bundle."""
    verdict = view.read(row)
    seen = list(_observables(verdict))
    sample = next((str(one["id"]) for one in seen if one["type"] == "file"), None)
    examined = [_made(verdict, *one) for one in analyses(verdict, sample)]
    malware = list(_malware(verdict, sample))
    things = [TLP_AMBER, US, *seen, *examined, *malware]
    said = [("characterizes", examined[0], one) for one in malware]
    if indicator := _indicator(verdict):
        things.append(indicator)
        said += [("indicates", indicator, one) for one in malware]
    things += [_relation(verdict, *one) for one in said]
    if seen:
        things += _sightings(verdict, seen, [*malware, *([indicator] if indicator else [])])
    return {"type": "bundle", "id": own_id("bundle", verdict["id"]), "objects": things}


def _observables(row: view.VerdictRow) -> Iterator[Thing]:
    name = view.file_name(row, 1024)
    file: Thing = {"hashes": {"SHA-256": row["sha256"]}} if row["sha256"] else {}
    file |= {"name": name} if name else {}
    if file:
        mime = view.mime_type(row)
        more = {"size": row["size"], **({"mime_type": mime} if mime else {})}
        yield _observable("file", file, more)
    if place := view.place(row["url"]):
        yield _observable("url", {"value": place.whole})
    if address := view.address(row["client_ip"]):
        yield _observable(f"ipv{address.version}-addr", {"value": str(address)})
    if row["user"]:
        yield _observable("user-account", {"account_login": row["user"]})


def _observable(kind: str, identifying: Thing, more: Mapping[str, object] | None = None) -> Thing:
    return {
        "type": kind,
        "spec_version": "2.1",
        "id": observable_id(kind, identifying),
        "object_marking_refs": [AMBER],
        **identifying,
        **(more or {}),
    }


def _made(row: view.VerdictRow, kind: str, key: str, fields: Mapping[str, object]) -> Thing:
    """Return an object that this verdict brings; `key` tells those of one kind apart."""
    return {
        "type": kind,
        "spec_version": "2.1",
        "id": own_id(kind, row["id"], key),
        "created_by_ref": US["id"],
        "created": _time(row),
        "modified": _time(row),
        "object_marking_refs": [AMBER],
        **fields,
    }


def _malware(row: view.VerdictRow, sample: str | None) -> Iterator[Thing]:
    """Yield the families that were found, or else the malware that has no family's name."""
    names = {one["name"]: read_name(one["code"], one["name"]) for one in _named_malware(row)}
    families = dict.fromkeys(name for name in names.values() if name.family)
    if families:
        yield from map(_family, families)
        return
    for name, read in names.items():
        fields: Thing = {"name": name, "is_family": False, "malware_types": [read.kind.stix]}
        if sample:
            fields["sample_refs"] = [sample]
        yield _made(row, "malware", name, fields)


def _named_malware(row: view.VerdictRow) -> list[view.FoundRow]:
    """A signature or a listed hash is of malware; a disguise may be anybody's."""
    return [
        one for one in view.alarming(row) if one["code"].startswith(("signature.", "hash.blocked"))
    ]


def _family(name: MalwareName) -> Thing:
    """Return a family: the same object in every bundle that names it."""
    return {
        "type": "malware",
        "spec_version": "2.1",
        "id": own_id("malware", name.kind.stix, name.family),
        "created_by_ref": US["id"],
        "created": BORN,
        "modified": BORN,
        "name": name.family,
        "is_family": True,
        "malware_types": [name.kind.stix],
    }


def _indicator(row: view.VerdictRow) -> Thing | None:
    """Return what others may look for: the hash of a whole file that was stopped as malicious."""
    if row["level"] != "malicious" or not view.is_stopped(row) or not view.is_whole_file(row):
        return None
    fields: Thing = {
        "name": view.headline(row),
        "indicator_types": ["malicious-activity"],
        "pattern": f"[file:hashes.'SHA-256' = '{row['sha256']}']",
        "pattern_type": "stix",
        "valid_from": _time(row),
    }
    return _made(row, "indicator", row["sha256"], fields)


def _relation(row: view.VerdictRow, kind: str, source: Thing, target: Thing) -> Thing:
    fields: Thing = {
        "relationship_type": kind,
        "source_ref": source["id"],
        "target_ref": target["id"],
    }
    return _made(row, "relationship", f"{kind} {source['id']} {target['id']}", fields)


def _sightings(row: view.VerdictRow, seen: list[Thing], of: list[Thing]) -> Iterator[Thing]:
    observed = _made(
        row,
        "observed-data",
        "",
        {
            "first_observed": _time(row),
            "last_observed": _time(row),
            "number_observed": 1,
            "object_refs": [one["id"] for one in seen],
        },
    )
    yield observed
    for one in of:
        fields: Thing = {
            "first_seen": _time(row),
            "last_seen": _time(row),
            "count": 1,
            "sighting_of_ref": one["id"],
            "observed_data_refs": [observed["id"]],
            "where_sighted_refs": [US["id"]],
        }
        yield _made(row, "sighting", str(one["id"]), fields)


def _time(row: view.VerdictRow) -> str:
    """Return the time with three digits of fraction, as `created` wants them (§3.2)."""
    return view.moment(row).isoformat(timespec="milliseconds").replace("+00:00", "Z")
