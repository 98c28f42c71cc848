"""The anti-virus test file of eicar.org, bare and in every wrapping.

The test file does nothing (it prints its own name on DOS); every engine detects it by agreement.
"""

from base64 import b64encode

from samples.containers import CODERS, Part, deflate, gzip, multipart, zip_of
from samples.specimen import Specimen

OCTETS = "application/octet-stream"
BOUNDARY = "----douane"
FOUND = ("signature.yara", "TEST_Eicar_Nov26")
CLAMAV = "Douane.Test.Eicar"

_FIRST = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}"
_SECOND = b"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def eicar() -> bytes:
    """Return the 68 bytes of the test file; joined here, so that no file of ours holds it."""
    return _FIRST + _SECOND


def eicar_specimens() -> tuple[Specimen, ...]:
    form = multipart([Part("file", eicar(), "eicar-form.com", OCTETS)], BOUNDARY)
    base64_part = Part("file", b64encode(eicar()), "eicar-base64.com", OCTETS, "base64")
    return (
        Specimen(
            "eicar.com", eicar(), OCTETS, expected=FOUND, clamav=CLAMAV,
            about="The anti-virus test file.",
        ),
        Specimen(
            "nested.zip", zip_of({"eicar.zip": zip_of({"eicar.com": eicar()})}), "application/zip",
            expected=FOUND, clamav=CLAMAV, about="The test file in a ZIP in a ZIP.",
        ),
        Specimen(
            "form-eicar", form, "multipart/form-data", (("boundary", BOUNDARY),), expected=FOUND,
            clamav=CLAMAV, about="The test file uploaded by a web form.",
        ),
        Specimen(
            "form-eicar-base64", multipart([base64_part], BOUNDARY), "multipart/form-data",
            (("boundary", BOUNDARY),), expected=FOUND, about="The same in base64.",
        ),
        Specimen(
            "eicar-twice.com", gzip(deflate(eicar())), OCTETS, codings=("deflate", "gzip"),
            expected=FOUND, about="The test file under two content codings, one upon the other.",
        ),
        *(
            Specimen(
                f"eicar-{name}.com", coder(eicar()), OCTETS, codings=(coding,),
                expected=FOUND, about=f"The test file under the content coding {name}.",
            )
            for name, (coding, coder) in CODERS.items()
        ),
    )  # fmt: skip
