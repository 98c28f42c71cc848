"""Specimens that only ClamAV tells: names in archives, and scripts that it decompiles.

Members are empty programs and texts, and the names are what was published.  The other scanners say
what they say of any such archive.
"""

from samples import builders as b
from samples.autoit import compiled_autoit
from samples.shortcuts import SHORTCUT, Link, shortcut
from samples.specimen import Specimen

RUN_KEY = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run"
DOUBLE = ("disguise.double_extension",)
NAMES: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("login.zip", "WinUpdate32Login.exe", "Upering", ()),
    ("shoot.zip", "ShootPresidentBUSH.exe", "Choke", ()),
    ("jerry.zip", "PIC1324.EXE", "ChokeC", ()),
    (
        "plug-in.zip", "psecure20x-cgi-install.version6.01.bin.hx.com", "Aplore",
        ("disguise.host_name",),
    ),
    ("jitux.zip", "jituxramon.exe", "Jitux", ()),
    ("party.zip", "photos/naked_party.pif", "Bropia", ()),
    ("drawing.zip", "funnyashell.scr", "Kelvir", ()),
    ("frog.zip", "Crazy frog gets killed by train!.pif", "Sumom", ()),
    ("clarissa.zip", "clarissa17.pif", "Myspace04", ()),
    ("beta.zip", "BETA8WEBINSTALL.EXE", "Virkel", ()),
    ("pics1.zip", "DSC00432.jpg.exe", "PhotoWave", DOUBLE),
    ("images1.zip", "IMG34814.pif", "PhotoWave", ()),
    (
        "May09-Picture18.zip", "May09-Picture18.JPG_www.facebook.com", "PictureHost",
        ("disguise.host_name",),
    ),
    ("Skype_update.zip", "skype_08102012_image.exe", "Dorkbot", ()),
    ("steam.zip", "IMG_211102014_17274511.scr", "SteamPhoto", ()),
    ("video_1234.zip", "video_1234.mp4.exe", "Digmine", DOUBLE),
    ("telegram.zip", "photo_high_re\u202egnp.js", "PhotoReversed", ("disguise.bidi",)),
)  # fmt: skip
"""File, member, signature below Douane.Name, what others say of it."""


def signature_specimens() -> tuple[Specimen, ...]:
    return (
        *(
            Specimen(
                file, b.zip_of({member: b.pe()}, method=b.STORED), expected=others,
                clamav=f"Douane.Name.{signature}", about="An empty program under a worm's name.",
            )
            for file, member, signature, others in NAMES
        ),
        *_more_names(),
        *_scripts(),
    )  # fmt: skip


def _more_names() -> tuple[Specimen, ...]:
    sealed = b.ZipMember("video_4321.mp4.exe", b.pe(), password=b"nobody tries this")
    link = shortcut(Link(local_path=r"C:\Windows\System32\cmd.exe", arguments="/c rem"))
    return (
        Specimen(
            "video_4321.zip", b.zip_archive([sealed], method=b.STORED),
            expected=("archive.encrypted", "unscanned.encrypted", *DOUBLE),
            clamav="Douane.Name.Digmine", about="The same under a password: the name is readable.",
        ),
        Specimen(
            "RES-20250930_112057.zip",
            b.zip_of({"RES-20250930_112057.lnk": link}, method=b.STORED), expected=SHORTCUT,
            clamav="Douane.Name.Sorvepotel", about="A shortcut to nothing under a worm's name.",
        ),
    )  # fmt: skip


def _scripts() -> tuple[Specimen, ...]:
    """Remarks only; compiled scripts that others cannot read are programs to them."""
    return (
        Specimen(
            "folder-view.exe",
            compiled_autoit(
                f"; RegWrite {RUN_KEY} Yahoo Messengger SSCVIIHOST.exe\r\n"
                "; Images shot in Iraq _ The war will never end\r\n"
            ),
            clamav="Douane.Worm.Sohanad", about="A compiled remark with texts of Sohanad.",
        ),
        Specimen(
            "typist.exe",
            compiled_autoit(
                "; FileCopy @ScriptFullPath\r\n"
                f"; RegWrite {RUN_KEY}\r\n; ControlSend Yahoo! Messenger\r\n"
            ),
            clamav="Douane.Worm.AutoItMessenger",
            about="A compiled remark with the traits of worms that type into messengers.",
        ),
        Specimen(
            "codec-setup.exe",
            compiled_autoit("; RegWrite\r\n; chrome.exe --load-extension\r\n; codec.exe\r\n"),
            clamav="Douane.Worm.Digmine", about="A compiled remark with the traits of Digmine.",
        ),
    )  # fmt: skip
