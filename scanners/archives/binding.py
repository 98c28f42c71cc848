"""The functions of libarchive that are needed, declared once more.

libarchive-c finds and loads the library; its own declarations log what a hostile archive says and
raise at every warning.
"""

import ctypes
import locale
import os
from collections.abc import Callable
from contextlib import suppress
from functools import cache

from libarchive.ffi import libarchive as library

os.environ.setdefault("TZ", ":/etc/localtime")
"""Without it glibc looks at that file for each date of a cabinet, which the sandbox refuses."""
with suppress(locale.Error):  # in the locale "C" names of cabinets and images come out as NULL
    locale.setlocale(locale.LC_CTYPE, "C.UTF-8")

OK, EOF, RETRY, WARN, FATAL = 0, 1, -10, -20, -30
"""Below WARN: the member or the archive cannot be read on.  (archive.h)"""

pointer, text, count = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t
_out = ctypes.POINTER(pointer)


def _declare(name: str, result: object, *arguments: object) -> Callable[..., int]:
    function = library["archive_" + name]  # a fresh one: attributes would be shared
    function.restype, function.argtypes = result, arguments
    return function  # type: ignore[no-any-return]


def _string(name: str) -> Callable[[object], bytes | None]:
    return _declare(name, text, pointer)  # type: ignore[return-value]


new = _declare("read_new", pointer)
free = _declare("read_free", ctypes.c_int, pointer)
open_memory = _declare("read_open_memory", ctypes.c_int, pointer, pointer, count)
set_options = _declare("read_set_options", ctypes.c_int, pointer, text)
add_passphrase = _declare("read_add_passphrase", ctypes.c_int, pointer, text)
next_header = _declare("read_next_header", ctypes.c_int, pointer, _out)
next_block = _declare(
    "read_data_block",
    ctypes.c_int,
    pointer,
    _out,
    ctypes.POINTER(count),
    ctypes.POINTER(ctypes.c_int64),
)
filter_count = _declare("filter_count", ctypes.c_int, pointer)
filter_bytes = _declare("filter_bytes", ctypes.c_int64, pointer, ctypes.c_int)
position = _declare("read_header_position", ctypes.c_int64, pointer)
error = _string("error_string")
path, path_utf_8 = _string("entry_pathname"), _string("entry_pathname_utf8")
soft, soft_utf_8 = _string("entry_symlink"), _string("entry_symlink_utf8")
hard, hard_utf_8 = _string("entry_hardlink"), _string("entry_hardlink_utf8")
mode = _declare("entry_filetype", ctypes.c_uint, pointer)
length = _declare("entry_size", ctypes.c_int64, pointer)
length_is_set = _declare("entry_size_is_set", ctypes.c_int, pointer)
number = _declare("entry_ino64", ctypes.c_int64, pointer)
is_encrypted = _declare("entry_is_encrypted", ctypes.c_int, pointer)


@cache
def support(kind: str, name: str) -> Callable[..., int]:
    """Return what enables a "format" or "filter" by its name."""
    return _declare(f"read_support_{kind}_{name}", ctypes.c_int, pointer)
