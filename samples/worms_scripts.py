"""Worms that are no programs: pages, shortcuts and batch files of which every word is a comment."""

import base64

from samples.programs import wide
from samples.shortcuts import SHORTCUT, Link, shortcut
from samples.specimen import Specimen

COMMAND = "C:\\Windows\\System32\\cmd.exe"
SORVEPOTEL = "MAL_Worm_Sorvepotel_Nov26"
COOLNOW = (
    "<html><body><!-- Inert: a comment, no script.\n"
    "new ActiveXObject"  # in one piece, this file would match the rule
    '("Messenger.MsgrObject")\n'
    "ATTeNT!oN - Go to: http://home.example/\n"
    "--></body></html>\n"
)
BATCH = "@echo off & rem Inert: a comment. powershell iwr https://sorvetenopoate.com/\r\n"
PLAIN = "/c rem Inert: a comment. powershell https://sorvetenopotel.com/"
CODED = base64.b64encode(wide("# https://sorvetenoopote.com/")).decode()


def worm_scripts() -> tuple[Specimen, ...]:
    """The published words of each, where the worm has them, and nothing that does anything."""
    return (
        Specimen(
            "coolnow.html", COOLNOW.encode(), "text/html",
            expected=("signature.yara", "MAL_Worm_Coolnow_Nov26"),
            about="A page with a lure of JS/Coolnow and the name of the messenger control.",
        ),
        Specimen(
            "RES-20250930_112057.lnk", shortcut(Link(item_path=COMMAND, arguments=PLAIN)),
            expected=(*SHORTCUT, "signature.yara", SORVEPOTEL),
            about="A shortcut with a host published of SORVEPOTEL.",
        ),
        Specimen(
            "RES-20250930_114418.lnk",
            shortcut(Link(item_path=COMMAND, arguments=f"/c rem powershell -e {CODED}")),
            expected=(*SHORTCUT, "signature.yara", SORVEPOTEL),
            about="The same, the host in Base64 as PowerShell takes it: a comment in a comment.",
        ),
        Specimen(
            "ORCAMENTO_114418.bat", BATCH.encode(),
            expected=("signature.yara", "MAL_Worm_SorvepotelBatch_Nov26"),
            about="A batch file, all comment, with a host published of SORVEPOTEL.",
        ),
    )  # fmt: skip
