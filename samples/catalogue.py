"""The catalogue: every inert specimen, with what a scan of it must yield.

The zygote warms all scanners with it, the tests hold the bench to it, and the demo plays it.
"""

from functools import cache

from samples.archives import archive_specimens
from samples.disk_images import disk_image_specimens
from samples.documents_encrypted import encrypted_documents
from samples.honest import honest_specimens
from samples.messages import message_specimens
from samples.office import office_specimens
from samples.onenote import onenote_specimens
from samples.pdf import pdf_specimens
from samples.rar import rar_specimens
from samples.rtf import rtf_specimens
from samples.sevenzip import sevenzip_specimens
from samples.shortcuts import shortcut_specimens
from samples.signatures import signature_specimens
from samples.smuggling import smuggling_specimens
from samples.specimen import Specimen
from samples.techniques import technique_specimens
from samples.test_file import eicar_specimens
from samples.tricks import trick_specimens
from samples.types import type_specimens
from samples.worms import worm_specimens
from samples.zip_archives import zip_specimens

__all__ = ["Specimen", "find", "specimens"]


@cache
def specimens() -> tuple[Specimen, ...]:
    """Return all specimens; names are unique.  Below 2 MiB together."""
    return (
        *eicar_specimens(),
        *worm_specimens(),
        *technique_specimens(),
        *signature_specimens(),
        *honest_specimens(),
        *trick_specimens(),
        *message_specimens(),
        *archive_specimens(),
        *rar_specimens(),
        *sevenzip_specimens(),
        *shortcut_specimens(),
        *smuggling_specimens(),
        *pdf_specimens(),
        *rtf_specimens(),
        *onenote_specimens(),
        *disk_image_specimens(),
        *office_specimens(),
        *encrypted_documents(),
        *zip_specimens(),
        *type_specimens(),
    )


def find(name: str) -> Specimen:
    """Return the specimen of that name; raise KeyError if there is none."""
    for specimen in specimens():
        if specimen.name == name:
            return specimen
    raise KeyError(name)
