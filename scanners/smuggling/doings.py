"""Whether something in a text would decode a program that is spelled in it, and keep or run it."""

import re
from dataclasses import dataclass

SPAN = 256 * 1024
"""Bytes searched for what a script does: at both ends, and before the program."""

_CERTIFICATE = re.compile(rb"-----BEGIN [A-Z0-9 ]{1,40}-----\s*\Z")
_DOES = re.compile(
    rb"frombase64string|\[byte\[\]\]|writeallbytes|assembly\]::load|virtualalloc|invoke-|\biex\b|"
    rb"adodb\.stream|createobject|wscript|activexobject|certutil|shellexecute|"
    rb"\batob\s*\(|uint8array|createobjecturl|mssave|fromcharcode|"
    rb"b64decode|unhexlify|bytes\.fromhex|base64 +(?:-d|--decode)|xxd +-r|\bexec\s*\(|ctypes|"
    rb"os\.(?:startfile|system|popen|exec)|subprocess|chmod +(?:\+x|[0-7]*7)|createtextfile|"
    rb"open\s*\([^\n]{1,200}[\"']wb[\"']",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Doings:
    """One text; each part of it is searched once, however many programs are spelled in it."""

    view: memoryview
    _found: bool | None = None
    _behind: int = 0

    def before(self, at: int) -> bool:
        """Say whether a script around `at` decodes what stands there, or it passes for a
        certificate.  What was found once holds for all that is asked later."""
        if self._found is None:
            self._found = any(map(_DOES.search, (self.view[:SPAN], self.view[-SPAN:])))
        if not self._found:
            start = max(self._behind, at - SPAN)
            self._found = _DOES.search(self.view[start : max(start, at)]) is not None
            self._behind = max(self._behind, at)
        if self._found:
            return True
        return _CERTIFICATE.search(bytes(self.view[max(0, at - 80) : at])) is not None
