"""Formats that are no text, told by the bytes that they begin with."""

from __future__ import annotations

_AT_BEGINNING = (
    (b"%PDF-", "a PDF"),
    (b"%!PS", "a PostScript file"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"\x00\x00\x01\x00", "an icon"),
    (b"8BPS\x00", "a Photoshop image"),
    (b"AT&TFORM", "a DjVu document"),
    (b"ID3\x03\x00", "a sound recording"),
    (b"ID3\x04\x00", "a sound recording"),
    (b"OggS\x00", "a sound recording or a video"),
    (b"fLaC\x00", "a sound recording"),
    (b"\x1aE\xdf\xa3", "a video"),
    (b"\x00\x00\x01\xba", "a video"),
    (b"\x00\x00\x01\xb3", "a video"),
    (b"FLV\x01", "a video"),
    (b"wOFF", "a font"),
    (b"wOF2", "a font"),
    (b"OTTO\x00", "a font"),
    (b"\x00\x01\x00\x00\x00", "a font"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x1f\x9d", "a compressed file"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"(\xb5/\xfd", "a Zstandard archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"!<arch>\n", "a package"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old office document"),
    (b"{\\rtf", "a rich text document"),
    (b"!BDN", "a mailbox of Outlook"),
    (b"\x7fELF", "a program"),
    (b"\xca\xfe\xba\xbe", "a program"),
    (b"\xcf\xfa\xed\xfe", "a program"),
    (b"\x00asm", "a program"),
    (b"SQLite format 3\x00", "a database"),
    (b"\x89HDF\r\n", "a table of numbers"),
    (b"\x93NUMPY", "a table of numbers"),
    (b"PAR1\x15", "a table of columns"),
)
# Too short, or too much like words, to tell anything of a text.
_OF_BINARIES = (
    (b"BZh", "a bzip2 archive"),
    (b"BM", "a BMP image"),
    (b"MZ", "a program"),
    (b"ID3", "a sound recording"),
    (b"\xff\xfb", "a sound recording"),
    (b"\xff\xf3", "a sound recording"),
)
_RIFF = ((b"WEBP", "a WebP image"), (b"WAVE", "a sound recording"), (b"AVI ", "a video"))
_IMAGES_IN_BOXES = (b"heic", b"heix", b"mif1", b"avif")


def looks_like(start: bytes, is_binary: bool = False) -> str | None:
    """What a file that begins so is, for people; None where that cannot be told. is_binary: whether it is surely no text."""
    for magic, what in _AT_BEGINNING + _OF_BINARIES if is_binary else _AT_BEGINNING:
        if start.startswith(magic):
            return what
    if start.startswith(b"RIFF"):
        return next((what for kind, what in _RIFF if start[8:12] == kind), None)
    if start[4:8] == b"ftyp":
        return "an image" if start[8:12] in _IMAGES_IN_BOXES else "a video"
    return "a tar archive" if start[257:262] == b"ustar" else None
