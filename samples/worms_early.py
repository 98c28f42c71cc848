"""Worms of the first messengers, 2001 to 2005: what was published of each, and what holds it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Worm:
    family: str
    rule: str
    strings: tuple[str, ...]
    file_name: str
    """As published, so that the name itself is no disguise."""
    size: int = 0
    clamav: str = ""
    """Signature of rules/clamav/ for what packing hides from YARA."""


EARLY_WORMS = (
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
        clamav="Douane.Worm.Goner",
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
            "???? Omg click this",
        ),
        "formatsys.exe",
        clamav="Douane.Worm.Sumom",
    ),
    Worm(
        "Upering",
        "MAL_Worm_Upering_Nov26",
        (
            "HEY HERE'S MY PIC!!! ITS TO BIG TO SHOW IN MAIL CLICK DOWNLOAD NOW TO DOWNLOAD IT!",
            "svcwinprocess32",
            "330325635",
        ),
        "WinUpdate32Login.exe",
        65_536,
    ),
    Worm(
        "Hello",
        "SUSP_Worm_Hello_Nov26",
        (
            "MSVBVM50.DLL",
            "i have a file for u. its real funny",
        ),
        "hello_msn.exe",
    ),
    Worm(
        "Funso",
        "MAL_Worm_Funso_Nov26",
        (
            "You guys have to download this! This really is funny!",
            r"C:\WINDOWS\msdos423.exe",
        ),
        "sofunny.exe",
    ),
    Worm(
        "Jitux",
        "MAL_Worm_Jitux_Nov26",
        (
            "MSVBVM60.DLL",
            "http://www.home.example/jituxramon.exe",
        ),
        "jituxramon.exe",
    ),
    Worm(
        "Bizex",
        "MAL_Worm_Bizex_Nov26",
        (
            "http://www.jokeworld.example/",
            "aptgetupd.exe",
            r"SYSMON\sysmon.exe",
        ),
        "aptgetupd.exe",
    ),
    Worm(
        "Bropia",
        "MAL_Worm_Bropia_Nov26",
        (
            "drunk_lol.pif",
            "Naked_party.pif",
            "adaware32.exe",
            "IMWindowClass",
        ),
        "sexy_bedroom.pif",
        188_928,
    ),
    Worm(
        "Kelvir",
        "MAL_Worm_Kelvir_Nov26",
        (
            "lol! see it! u'll like it",
            "http://home.example/omg.pif",
        ),
        "omg.pif",
    ),
    Worm(
        "Myspace04",
        "MAL_Worm_Myspace04_Nov26",
        (
            "lol thats cool",
            "lol no its not its a virus",
            "http://myphotos.cc/",
        ),
        "clarissa17.pif",
    ),
    Worm(
        "Virkel",
        "MAL_Worm_Virkel_Nov26",
        (
            "MSN Messenger 8 Working BETA",
            "http://msgr8beta.com/beta8webinstall.exe",
        ),
        "BETA8WEBINSTALL.EXE",
    ),
    Worm(
        "Opanki",
        "SUSP_Worm_Opanki_Nov26",
        (
            "LOL LOOK AT HIM",
            "http://home.example/picture.pif",
        ),
        "picture.pif",
    ),
)
