"""Where the bytes of a read-only view lie, for C libraries that only read them."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

SIMPLE = 0
"""PyBUF_SIMPLE: contiguous bytes, read-only allowed.  (docs.python.org/3/c-api/buffer.html)"""


class _Buffer(ctypes.Structure):
    """`Py_buffer`, part of the stable ABI since Python 3.11."""

    _fields_ = [
        ("buf", ctypes.c_void_p),
        ("obj", ctypes.c_void_p),
        ("len", ctypes.c_ssize_t),
        ("itemsize", ctypes.c_ssize_t),
        ("readonly", ctypes.c_int),
        ("ndim", ctypes.c_int),
        ("format", ctypes.c_char_p),
        ("shape", ctypes.c_void_p),
        ("strides", ctypes.c_void_p),
        ("suboffsets", ctypes.c_void_p),
        ("internal", ctypes.c_void_p),
    ]


_get_buffer = ctypes.pythonapi.PyObject_GetBuffer
_get_buffer.argtypes = [ctypes.py_object, ctypes.POINTER(_Buffer), ctypes.c_int]
_get_buffer.restype = ctypes.c_int  # on failure the exception is set, and ctypes raises it
_release = ctypes.pythonapi.PyBuffer_Release
_release.argtypes = [ctypes.POINTER(_Buffer)]
_release.restype = None


@contextmanager
def address(view: memoryview) -> Iterator[int]:
    """Yield the address of the view's first byte; until the end nothing can unmap or resize it.

    `ctypes.from_buffer` wants a writable buffer, `from_buffer_copy` copies: a mapped spool is
    neither writable nor small.  BufferError if the view has gaps (`view[::2]`).
    """
    buffer = _Buffer()
    _get_buffer(view, ctypes.byref(buffer), SIMPLE)
    try:
        yield buffer.buf or 0
    finally:
        _release(ctypes.byref(buffer))
