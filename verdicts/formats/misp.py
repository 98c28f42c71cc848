"""A verdict as an event of MISP, with the objects of its public templates.

Nothing in it is for other organisations until somebody says so: distribution 0, TLP amber.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID, uuid5

from verdicts.formats import view
from verdicts.formats.malware_names import UNKNOWN, read_name

NAMESPACE = UUID("0f5e0f5c-93f5-5f0e-8f0a-6c1f3f1d7f52")
THREAT = {"malicious": "1", "suspicious": "2", "unknown": "3", "clean": "4"}
"""`threat_level_id`: 1 high, 2 medium, 3 low, 4 undefined."""
CATEGORIES = {
    "sha256": "Payload delivery",
    "filename": "Payload delivery",
    "mime-type": "Artifacts dropped",
    "size-in-bytes": "Other",
    "text": "Other",
    "url": "Network activity",
    "hostname": "Network activity",
    "ip-src": "Network activity",
    "target-user": "Targeting data",
}
"""Of each type of attribute, as `describeTypes.json` of MISP has them."""
TAGGED = ("worm", "trojan", "virus", "ransomware", "rootkit", "downloader", "adware", "spyware")
"""Kinds that the taxonomy `malware_classification` knows."""


@dataclass(frozen=True, slots=True)
class Template:
    name: str
    uuid: str
    version: str
    category: str


FILE = Template("file", "688c46fb-5edb-40a3-8273-1af7923e2215", "25", "file")
REQUEST = Template("http-request", "b4a8d163-8110-4239-bfcf-e08f3a9fdf7b", "4", "network")
SIGNATURE = Template("av-signature", "4dbb56ef-4763-4c97-8696-a2bfc305cf8e", "1", "misc")
YARA = Template("yara", "b5acf82e-ecca-4868-82fe-9dbdf4d808c3", "9", "misc")

Thing = dict[str, object]
Field = tuple[str, str, str]
"""Relation in the object, type of the attribute, value; an empty value is left out."""


def misp(row: Mapping[str, object]) -> Thing:
    """Return `{"Event": …}`; its UUIDs depend on the verdict alone."""
    verdict = view.read(row)
    now = str(view.milliseconds(verdict) // 1000)
    event: Thing = {
        "uuid": _uuid(verdict, "event"),
        "info": view.headline(verdict),
        "date": verdict["time"][:10],
        "timestamp": now,
        "published": False,
        "analysis": "2",
        "distribution": "0",
        "threat_level_id": THREAT[verdict["level"]],
        "Tag": [{"name": name} for name in _tags(verdict)],
        "Attribute": list(_attributes(verdict, "event", _loose(verdict))),
        "Object": list(_parts(verdict)),
    }
    return {"Event": event}


def _parts(row: view.VerdictRow) -> Iterator[Thing]:
    found = [
        _part(row, *_engine(one), key=f"{number} {one['name']}")
        for number, one in enumerate(view.alarming(row))
    ]
    request: tuple[Field, ...] = ()
    if place := view.place(row["url"]):
        address = view.address(row["client_ip"])
        request = (
            ("url", "url", place.whole),
            ("host", "hostname", place.host),
            ("ip-src", "ip-src", str(address) if address else ""),
        )
    file: tuple[Field, ...] = (
        ("filename", "filename", view.file_name(row, 1024)),
        ("sha256", "sha256", row["sha256"]),
        ("size-in-bytes", "size-in-bytes", str(row["size"])),
        ("mimetype", "mime-type", view.mime_type(row)),
        ("state", "text", "Malicious" if row["level"] == "malicious" else ""),
    )
    examined = _part(row, FILE, file)
    examined["ObjectReference"] = [
        {
            "uuid": _uuid(row, "detected-by", str(one["uuid"])),
            "object_uuid": examined["uuid"],
            "referenced_uuid": one["uuid"],
            "relationship_type": "detected-by",
        }
        for one in found
    ]
    yield examined
    yield from found
    if request:
        yield _part(row, REQUEST, request)


def _engine(one: view.FoundRow) -> tuple[Template, tuple[Field, ...]]:
    name = one["name"].strip() or one["code"]  # the templates want one
    if one["code"] == "signature.yara":
        return YARA, (("yara-rule-name", "text", name),)
    fields = (
        ("software", "text", one["scanner"]),
        ("signature", "text", name),
        ("text", "text", one["detail"]),
    )
    return SIGNATURE, fields


def _part(
    row: view.VerdictRow, template: Template, fields: tuple[Field, ...], key: str = ""
) -> Thing:
    return {
        "uuid": _uuid(row, template.name, key),
        "name": template.name,
        "meta-category": template.category,
        "template_uuid": template.uuid,
        "template_version": template.version,
        "distribution": "5",
        "Attribute": list(_attributes(row, f"{template.name} {key}", fields)),
    }


def _attributes(row: view.VerdictRow, owner: str, fields: tuple[Field, ...]) -> Iterator[Thing]:
    """5 is the distribution of whatever the attribute is in."""
    for relation, kind, value in fields:
        if not value.strip():
            continue
        attribute: Thing = {
            "uuid": _uuid(row, owner, relation),
            "type": kind,
            "category": CATEGORIES[kind],
            "value": view.one_line(value, 4096),
            "to_ids": kind == "sha256" and _is_worth_looking_for(row),
            "distribution": "5",
        }
        if owner != "event":
            attribute["object_relation"] = relation
        yield attribute


def _loose(row: view.VerdictRow) -> tuple[Field, ...]:
    """Return what belongs to the event itself."""
    return (("target-user", "target-user", row["user"]),)


def _is_worth_looking_for(row: view.VerdictRow) -> bool:
    """Others may alert on the hash of a whole malicious file; never on a name, URL or address."""
    return row["level"] == "malicious" and view.is_whole_file(row)


def _tags(row: view.VerdictRow) -> list[str]:
    kinds = [read_name(one["code"], one["name"]).kind for one in view.alarming(row)]
    words = dict.fromkeys(kind.stix for kind in kinds if kind is not UNKNOWN)
    return [
        "tlp:amber",
        *(f'malware_classification:malware-category="{w.title()}"' for w in words if w in TAGGED),
    ]


def _uuid(row: view.VerdictRow, *parts: str) -> str:
    return str(uuid5(NAMESPACE, "\n".join([row["id"], *parts])))
