"""Look-alike letters: an extension that is no extension, and one that seems to be another."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace

from scanners.disguise.named import BAD, NOTED, Named, Trick
from scanners.model import Code

SHORTEST_DECOY = 3
"""Letters.  One or two foreign ones at the end are initials and units, not "c" or "ps"."""

_CYRILLIC = dict(zip("аеорсухіјѕԁԛԝһӏкмтвнпьѵү", "aeopcyxijsdqwhlkmtbhnbvy"))
_CYRILLIC["р"] = "p"
_GREEK = dict(zip("αορχευνικτμβηϲϳ", "aopxeuviktmbncj"))
_ARMENIAN = dict(zip("օսհոցյզ", "ouhngjq"))
_LATIN = dict(zip("ıɑɡᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ℮", "iagabcdefghijklmnoprstuvwyze"))
_DOTS = dict.fromkeys("\u2024\uff0e\ufe52\ua4f8", ".")
_LOOKS = str.maketrans({**_CYRILLIC, **_GREEK, **_ARMENIAN, **_LATIN, **_DOTS, "…": "_"})
_FOREIGN = frozenset({*_CYRILLIC, *_GREEK})
_WORD = re.compile(r"[^\W\d_]+")


def fold(text: str) -> str:
    """Return what a text in lower case looks like, in ASCII as far as that goes.

    Small on purpose: letters of extensions in the scripts that fonts draw alike (Unicode UTS #39
    lists thousands); full-width and other forms by compatibility decomposition, accents dropped.
    """
    plain = unicodedata.normalize("NFKD", text.translate(_LOOKS)).translate(_LOOKS)
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def look_alikes(named: Named) -> Iterator[Trick]:
    if named.reading.isascii() or named.is_harmless:
        return
    seems = replace(named, reading=fold(named.reading))
    if seems.runs and not named.runs and seems.last != named.last:
        said = f"letters that only look like the extension .{seems.last}"
        yield Trick(Code.DISGUISE_EXTENSION, BAD, "look_alike", said)
    if not named.runs:
        return
    inner = seems.decoy()
    if inner and len(inner) >= SHORTEST_DECOY and named.decoy() != inner:
        said = f"what looks like .{inner} stands before the real extension .{named.last}"
        yield Trick(Code.DISGUISE_DOUBLE_EXTENSION, BAD, f"{inner}.{named.last}", said)
    if any(map(_is_mixed, _WORD.findall(named.reading))):
        said = "a word of look-alike letters from several scripts"
        yield Trick(Code.DISGUISE_EXTENSION, NOTED, "mixed_script", said)


def _is_mixed(word: str) -> bool:
    """Say whether ASCII and foreign letters make one word, and all foreign ones look like ASCII."""
    foreign = {letter for letter in word if not letter.isascii()}
    return bool(foreign) and foreign <= _FOREIGN and any(map(str.isascii, word))
