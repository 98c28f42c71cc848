"""The bench as shipped: who is asked about each file, and in which order."""

from pathlib import Path

from scanners.archives.ace import AceContainer
from scanners.archives.arj import ArjContainer
from scanners.archives.container import ArchiveContainer
from scanners.archives.streams import StreamContainer
from scanners.archives.unopened import UnopenedContainer
from scanners.base import Bench
from scanners.base64_fields import Base64Scanner
from scanners.coding import CodingScanner
from scanners.disguise.claims import DisguiseScanner
from scanners.disguise.tricks import NameScanner
from scanners.disk_images.container import DiskImageScanner
from scanners.documents.activemime import ActiveMimeContainer
from scanners.documents.chm import ChmScanner
from scanners.documents.office_encryption import OfficeEncryptionScanner
from scanners.documents.office_package import OfficePackageScanner
from scanners.documents.onenote import OneNoteScanner
from scanners.documents.ooxml import OfficeXmlScanner
from scanners.documents.pdf import PdfScanner
from scanners.documents.pdf_encryption import PdfEncryptionScanner
from scanners.documents.rtf import RtfScanner
from scanners.documents.tables import TableScanner
from scanners.documents.tnef import TnefContainer
from scanners.hash_lists import BLOCKED, read_hash_list
from scanners.hashes import HashScanner
from scanners.http_message import HttpMessageScanner
from scanners.kit import Kit
from scanners.known_members import read_known_members
from scanners.mail import MailScanner
from scanners.multipart import MultipartScanner
from scanners.ole.container import OleContainer
from scanners.passwords.keyring import Keyring, read_listed
from scanners.rar.container import RarContainer
from scanners.sevenzip.container import SevenZipContainer
from scanners.shortcuts.container import ShortcutScanner
from scanners.smuggling.pages import PageScanner
from scanners.smuggling.spelled import SpelledScanner
from scanners.smuggling.stowaways import StowawayScanner
from scanners.types.identify import TypeScanner
from scanners.types.table import read_type_table
from scanners.uuencode import UuencodeScanner
from scanners.yara_rules import YaraScanner, read_sources
from scanners.zip.container import ZipContainer


def build_bench(rules: Path, secret: bytes = b"") -> Bench:
    """Return the scanners over a folder of rules; ValueError or OSError says what is wrong.

    `secret` is the key of the marks that stand for passwords; without it anybody could make them.
    """
    table = read_type_table(rules / "types.toml")
    types = TypeScanner(table)
    keyring = Keyring(read_listed(rules / "passwords.txt"), secret)
    known = read_known_members(rules / "members.txt")
    kit = Kit(table, types.identify, keyring, known)
    return Bench(
        identify=types.identify,
        scanners=(
            YaraScanner(read_sources(rules / "yara")),
            HashScanner(read_hash_list(rules / BLOCKED)),
            DisguiseScanner(table),
            NameScanner(table),
            CodingScanner(),
            MultipartScanner(),
            HttpMessageScanner(),
            MailScanner(),
            UuencodeScanner(),
            Base64Scanner(types.recognise),
            StreamContainer(kit),
            ArchiveContainer(kit),
            UnopenedContainer(),
            AceContainer(kit),
            ArjContainer(kit),
            ZipContainer(kit),
            OleContainer(kit),
            OfficePackageScanner(kit),
            OfficeXmlScanner(),
            TableScanner(),
            TnefContainer(kit),
            ActiveMimeContainer(kit),
            RarContainer(kit),
            SevenZipContainer(kit),
            DiskImageScanner(kit),
            ShortcutScanner(kit),
            StowawayScanner(kit),
            SpelledScanner(),
            PageScanner(kit),
            PdfScanner(kit),
            RtfScanner(kit),
            OneNoteScanner(kit),
            ChmScanner(kit),
            OfficeEncryptionScanner(kit),
            PdfEncryptionScanner(kit),
        ),
    )
