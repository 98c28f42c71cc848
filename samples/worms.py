"""Specimens of the families that rules/ knows: empty programs that hold the published strings.

They prove that a rule matches what was published, not that it matches the worm: no sample of any
of these families was ever seen or copied here.
"""

from dataclasses import dataclass

from samples.programs import pe, wide
from samples.specimen import Specimen


@dataclass(frozen=True, slots=True)
class Worm:
    family: str
    rule: str
    strings: tuple[str, ...]
    file_name: str
    """As published, so that the name itself is no disguise."""
    size: int = 0


WORMS = (
    Worm(
        "Choke",
        "MAL_Worm_Choke_Nov26",
        (
            "This program needs Flash 6.5 to run!",
            "Cannot run program!, Quitting",
            "President bush shooter is game that allows you to shoot Bush balzz hahaha",
        ),
        "choke.exe",
        40_960,
    ),
    Worm(
        "Choke.c",
        "MAL_Worm_ChokeC_Nov26",
        (
            "Cannot open file. May be corupted. Replace the file with a new one and try again",
            "hey, want me to send my new pic?",
            r"C:\Messenger1324\Brain\1Read Me.txt",
        ),
        "pic1324.exe",
        49_152,
    ),
    Worm(
        "Goner",
        "MAL_Worm_Goner_Nov26",
        (
            "Error While Analyze DirectX!",
            "When I saw this screen saver, I immediately thought about you",
            "I am in a harry, I promise you will love it!",
            "#pentagonex",
        ),
        "gone.scr",
    ),
    Worm(
        "Aplore",
        "MAL_Worm_Aplore_Nov26",
        (
            "http://free:porn@",
            "psecure20x-cgi-install.version6.01.bin.hx.com",
            "I wanted to show you this",
            "see if you can get this to work",
        ),
        "aplore.exe",
    ),
    Worm(
        "Rodok",
        "MAL_Worm_Rodok_Nov26",
        (
            "Could you please check out this program for me",
            "I made it myself and want people to test it",
            "give me advices on what to upgrade please!!",
            r"C:\update35784.exe",
        ),
        "br2002.exe",
    ),
    Worm(
        "Sumom",
        "MAL_Worm_Sumom_Nov26",
        (
            "Crazy frog gets killed by train!.pif",
            "Annoying crazy frog getting killed.pif",
            "formatsys.exe",
            "serbw.exe",
        ),
        "formatsys.exe",
    ),
    Worm(
        "Sohanad",
        "MAL_Worm_Sohanad_Nov26",
        (
            "Yahoo Messengger",
            "blastclnnn.exe",
            "Images shot in Iraq _ The war will never end",
            "RegWrite",  # AutoIt's own function; the ClamAV signature wants it
        ),
        "sscvihost.exe",
    ),
    Worm(
        "Pykse",
        "MAL_Worm_Pykse_Nov26",
        (
            r"Software\SkypeWorm",
            "{7FB39839-665D-4D47-873C-D3FD9009FC3B}",
            "SkypeStartup",
        ),
        "pykse.exe",
    ),
    Worm(
        "Skipi",
        "MAL_Worm_Skipi_Nov26",
        (
            "what ur friend name wich is in photo ?",
            "oops sorry please don't look there :S",
            "wndrivs32.exe",
            "mshtmldat32.exe",
        ),
        "dsc027.scr",
    ),
    Worm(
        "Yimfoca",
        "MAL_Worm_Yimfoca_Nov26",
        (
            "Firewall Administrating",
            "browseusers.myspace.com/Browse/Browse.aspx",
            "infocard.exe",
        ),
        "yimfoca.exe",
    ),
)


def worm_specimens() -> tuple[Specimen, ...]:
    """One specimen a family; every second keeps its strings as UTF-16, as Visual Basic does."""
    return tuple(
        Specimen(
            worm.file_name,
            pe(
                [wide(text) if number % 2 else text.encode() for text in worm.strings],
                size=worm.size,
            ),
            "application/octet-stream",
            expected=("signature.yara", worm.rule),
            about=f"An empty PE with strings published of {worm.family}.",
        )
        for number, worm in enumerate(WORMS)
    )
