"""Builders of inert specimens, in one place.  Nothing here runs, spreads or phones home."""

from samples.compound import MSI_CLASS, WORD_CLASS, msi, ole, word
from samples.containers import (
    BZIP2,
    CODERS,
    DEFLATED,
    LZMA,
    STORED,
    XZ,
    ZSTD,
    Part,
    ZipMember,
    brotli_coded,
    deflate,
    empty_7z,
    empty_rar,
    encrypted_zip,
    gzip,
    multipart,
    raw_deflate,
    tar_of,
    zip_archive,
    zip_of,
    zstd,
)
from samples.media import bmp, gif, html, jpeg, mp3, mp4, pdf, png, rtf, wav
from samples.programs import elf, fat_macho, java_class, lnk, macho, pe, script, wide
from samples.test_file import eicar

__all__ = [
    "BZIP2", "CODERS", "DEFLATED", "LZMA", "MSI_CLASS", "STORED", "WORD_CLASS", "XZ", "ZSTD",
    "Part", "ZipMember",
    "bmp", "brotli_coded", "deflate", "eicar", "elf", "empty_7z", "empty_rar", "encrypted_zip",
    "fat_macho", "gif", "gzip", "html", "java_class", "jpeg", "lnk", "macho", "mp3", "mp4", "msi",
    "multipart", "ole", "pdf", "pe", "png", "raw_deflate", "rtf", "script", "tar_of", "wav", "wide",
    "word", "zip_archive", "zip_of", "zstd",
]  # fmt: skip
