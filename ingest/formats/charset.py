"""Text in the encodings that spreadsheets write, read as UTF-8.

A file is UTF-8, with or without a byte order mark; UTF-16, told by its mark or by the zero bytes
of its first characters; or Windows-1252, when it cannot be UTF-8 and nothing speaks for UTF-8.
Anything else has to be said.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from itertools import chain

from ingest.errors import IngestError
from ingest.formats.content import Content
from ingest.formats.magic import foreign_kind


class Charset(StrEnum):
    """An encoding; the values are Python's names for decoding it."""

    UTF_8 = "utf-8"
    UTF_16_LE = "utf-16-le"
    UTF_16_BE = "utf-16-be"
    WINDOWS_1252 = "cp1252"


_MARKS = {
    codecs.BOM_UTF8: Charset.UTF_8,
    codecs.BOM_UTF16_LE: Charset.UTF_16_LE,
    codecs.BOM_UTF16_BE: Charset.UTF_16_BE,
}
_END_OF_TEXT = b"\x1a"
_HEAD = 512  # bytes in which zero bytes tell UTF-16; even
# bytes that no UTF-8 has, as the error handler surrogateescape shows them, and what UTF-8 does have
_FOREIGN_BYTE = re.compile("[\udc80-\udcff]")
_REAL_CHARACTER = re.compile("[^\x00-\x7f\udc80-\udcff]")


def codec_name(encoding: str) -> str | None:
    """How Python calls an encoding of text; None if it knows none of that name."""
    try:
        "".encode(encoding)  # which codecs between bytes, like hex, refuse
        return codecs.lookup(encoding).name
    except (LookupError, ValueError):
        return None


def charset_of(content: Content) -> Charset:
    """The encoding of a text.

    Reads all of it, unless its first bytes say: one byte at the end may tell Windows-1252.
    """
    blocks = content.blocks()
    head = _head(blocks)
    told = _told_by_head(head)
    if told is not None:
        return told
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    has_foreign = False
    has_real = False
    for block in chain([head], blocks):
        text = decoder.decode(block)
        if not text.isascii():
            has_foreign = has_foreign or _FOREIGN_BYTE.search(text) is not None
            has_real = has_real or _REAL_CHARACTER.search(text) is not None
    has_foreign = has_foreign or bool(decoder.decode(b"", final=True))
    # a text with both is UTF-8 with damaged places, whose records are refused one by one
    return Charset.WINDOWS_1252 if has_foreign and not has_real else Charset.UTF_8


def charset_said(content: Content, encoding: str) -> Charset | str:
    """The encoding somebody says a text is in, by the name of its codec.

    Raises:
        IngestError: The first bytes of the text say another one.
    """
    head = _head(content.blocks())
    told = _told_by_head(head)
    if told is None and head.startswith(codecs.BOM_UTF8):
        told = Charset.UTF_8
    family = encoding.removesuffix("-sig")
    if told is not None and family not in {told.value, told.value.removesuffix("-le")}:
        raise IngestError(
            f"the first bytes of the text say {told.value}, and --encoding says {encoding}; "
            "nothing of it was loaded",
            where=content.name,
            hint="leave --encoding out",
        )
    return told or (Charset.UTF_8 if family == Charset.UTF_8.value else encoding)


def utf8_blocks(
    content: Content, charset: Charset | str, progress: Callable[[int], None] | None = None
) -> Iterator[bytes]:
    """The text as UTF-8, in blocks that may end in the middle of a character.

    No mark leads it, and none of the Ctrl-Z that old programs end a text with.

    Args:
        content: The file.
        charset: Its encoding. What is said to be UTF-8 passes as it is, valid or not.
        progress: Told how many bytes of the file have been read so far.

    Raises:
        IngestError: It is no text, or a byte has no meaning in its encoding.
    """
    ends = b""
    for block in _marked_blocks(content, charset, progress):
        text = ends + block
        kept = text.rstrip(_END_OF_TEXT)
        ends = text[len(kept) :]
        yield kept


def _marked_blocks(
    content: Content, charset: Charset | str, progress: Callable[[int], None] | None
) -> Iterator[bytes]:
    blocks = content.blocks(progress)
    head = _head(blocks)
    kind = foreign_kind(head)
    if kind is not None:
        raise IngestError(
            f"this is {kind}, neither CSV nor JSON", where=content.name, hint="convert it first"
        )
    mark = next((mark for mark in _MARKS if head.startswith(mark)), b"")
    head = head[len(mark) :]
    if charset is Charset.UTF_8:
        yield head
        yield from blocks
    else:
        yield from _recoded(content.name, charset, head, blocks)


def _head(blocks: Iterator[bytes]) -> bytes:
    """The first blocks, enough of them to judge by: compressed ones may be tiny."""
    head = b""
    for block in blocks:
        head += block
        if len(head) >= _HEAD:
            break
    return head


def _told_by_head(head: bytes) -> Charset | None:
    for mark, charset in _MARKS.items():
        if head.startswith(mark) and charset is not Charset.UTF_8:
            return charset
    head = head[:_HEAD]
    half = len(head) // 2
    zeros = (head[::2].count(0), head[1::2].count(0))
    # Latin letters have one zero byte of two, and the other half of the bytes has none
    if zeros[1] > half / 2 and not zeros[0]:
        return Charset.UTF_16_LE
    if zeros[0] > half / 2 and not zeros[1]:
        return Charset.UTF_16_BE
    return None


def _recoded(
    name: str, charset: Charset | str, head: bytes, blocks: Iterator[bytes]
) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(str(charset))()
    try:
        yield decoder.decode(head).encode()
        for block in blocks:
            yield decoder.decode(block).encode()
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as fault:
        is_not = f"not {charset}, as --encoding says"
        hint = "give the encoding it was saved in, or save it as UTF-8"
        if isinstance(charset, Charset):
            is_utf_16 = charset is not Charset.WINDOWS_1252
            is_not = "damaged UTF-16" if is_utf_16 else "neither UTF-8 nor Windows-1252"
            hint = "save it as UTF-8" if is_utf_16 else "give --encoding, or save it as UTF-8"
        raise IngestError(
            f"the text is {is_not} ({fault.reason}); nothing of it was loaded",
            where=name,
            hint=hint,
        ) from None
