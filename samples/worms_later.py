"""Worms from 2006 on, when links replaced files: what was published of each, and what holds it."""

from samples.worms_early import Worm

LATER_WORMS = (
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
        clamav="Douane.Worm.Sohanad",
    ),
    Worm(
        "Pykse",
        "MAL_Worm_Pykse_Nov26",
        (
            r"Software\SkypeWorm",
            "{7FB39839-665D-4D47-873C-D3FD9009FC3B}",
            "SkypeStartup",
            "SkypeControlAPIAttach",
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
    Worm(
        "yhoo32.explr",
        "SUSP_Worm_Yhoo32_Nov26",
        (
            "Safety Browser",
            "yhoo32.explr",
            "http://demoplanet.example/",
        ),
        "safety_browser.exe",
    ),
    Worm(
        "Pipeline",
        "SUSP_Worm_Pipeline_Nov26",
        (
            "hey would it be ok if I upload this picture of you to my blog?",
            "AIM_IMessage",
        ),
        "pipeline.exe",
    ),
    Worm(
        "Warezov",
        "MAL_Worm_Warezov_Nov26",
        (
            r"%WINDIR%\sqhos32.wmf",
            "Check up this",
        ),
        "file_01.exe",
    ),
    Worm(
        "IRCBot",
        "MAL_Worm_IrcbotPhoto_Nov26",
        (
            "This is me totaly naked :-O please dont send to anyone else",
            "imag091307.zip",
        ),
        "ircbot_photo.exe",
    ),
    Worm(
        "MSNPhoto",
        "MAL_Worm_MsnPhoto_Nov26",
        (
            "How do i look at this picture?",
            "myphotos2007.zip",
        ),
        "myphotos2007.exe",
    ),
    Worm(
        "Slenfbot",
        "SUSP_Worm_Slenfbot_Nov26",
        (
            "MSBLWindowClass",
            r"%c:\autorun.inf",
            "[autorun]",
            "PRIVMSG %s :%s",
        ),
        "slenfbot.exe",
    ),
    Worm(
        "MSNworm.FU",
        "SUSP_Worm_MsnwormFu_Nov26",
        (
            "me puedes marcar en esta foto de facebook?",
            "viste esta super fiesta de ",
        ),
        "msnworm_fu.exe",
    ),
    Worm(
        "Koobface",
        "MAL_Worm_Koobface_Nov26",
        (
            "You look so funny on our new video",
            "Are you sure this is your first acting experience?",
            r"C:\windows\fbtre9.exe",
        ),
        "fbtre9.exe",
    ),
    Worm(
        "Dorkbot",
        "MAL_Worm_Dorkbot_Nov26",
        (
            "ngrBot Error",
            '[MSN]: Updated MSN spread message to "%s"',
            "lol is this your new profile pic?",
        ),
        "skype_08102012_image.exe",
    ),
    Worm(
        "Phorpiex",
        "MAL_Worm_Phorpiex_Nov26",
        (
            r"%USERPROFILE%\M-1-52-5782-8752-5245\winsam.exe",
            "tell me what you think of this picture i edited",
        ),
        "winsam.exe",
    ),
    Worm(
        "Rodpicom",
        "SUSP_Worm_Rodpicom_Nov26",
        (
            "LOL is this your new profile pic? http://goo.gl/",
            "SkypeControlAPIAttach",
        ),
        "rodpicom.exe",
    ),
    Worm(
        "Steam chat stealer",
        "SUSP_Stealer_SteamChat_Nov26",
        (
            "wrrrrrrrrrrrr.exe",
            "https://docs.google.example/uc?id=0&confirm=no_antivirus",
        ),
        "wrrrrrrrrrrrr.exe",
    ),
    Worm(
        "SORVEPOTEL",
        "SUSP_Bot_Maverick_Nov26",
        (
            "Maverick.StageTwo",
            "Maverick.Agent",
        ),
        "maverick.exe",
    ),
)
