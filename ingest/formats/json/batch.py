"""The batch wrapper: ``{"workflow_slug": "...", "payloads": [ ... ]}``, of any size.

Exports have other names for the list, which a workflow's line in the registry says, and may put one
more wrapper around it (``{"data": {"results": [ ... ]}}``). An object that has such a list may be a
record all the same: who knows the workflows tells by what else it has, and what is around it.

Only what stands around the payloads is looked at here; the envelopes between are records like any
others. A batch names its workflow before its payloads: they are landed as they are read, so what
stands behind them comes too late.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import msgspec

from ingest.formats.json.text import Ending, first_value
from ingest.formats.json.window import Window

# What stands before or behind the payloads has to fit in here, in bytes.
HEAD_LENGTH = 1024
# An object as long as this is looked at as a whole before it is taken for a batch.
_REACH = 1 << 20

BATCH_LIST = "payloads"
# Possessive repeats of single characters only: those of groups go wrong before Python 3.11.5.
_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*"'
_VALUE = rb"(?:%b|[-+.\w]++|\{[^{}\[\]]*+\}|\[[^{}\[\]]*+\])" % _STRING
_MEMBER = rb"%b\s*+:\s*+%b\s*+" % (_STRING, _VALUE)
_BEHIND = rb"\s*+((?:,\s*+%b)*)\}" % _MEMBER
_TAIL, _NESTED_TAIL = re.compile(rb"\]" + _BEHIND), re.compile(rb"\]" + _BEHIND + _BEHIND)

_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_TEXT = msgspec.json.Decoder(str)

Fields = Mapping[str, msgspec.Raw]


@dataclass(frozen=True, slots=True)
class BatchHead:
    """The beginning of a batch, or of a record that begins alike.

    Args:
        length: Bytes up to behind the bracket that opens the payloads.
        name: What their list is called.
        members: The members before it.
        wrapper: What holds the object with the list, if another one is around it.
        around: The members before that.
    """

    length: int
    name: str
    members: Fields
    wrapper: str | None
    around: Fields

    @property
    def slug(self) -> str | None:
        """The workflow_slug that serves envelopes without one."""
        said = bytes({**self.around, **self.members}.get("workflow_slug", b""))
        return _TEXT.decode(said) if said.startswith(b'"') else None


def _every_list(_name: str, _slug: str | None, _members: Fields, /) -> bool:
    return True


class Batches:
    """How batches are told from records.

    Args:
        names: What their list may be called beside ``payloads``.
        is_batch: Whether an object that has a list of this name is a batch, and not a record with
            such a list; told the workflow_slug before the list, and what is known of the members:
            all, the list included, or those beside it that were read so far. Where an object is
            around it, both have to be none.
        wrappers: What may hold the object with the list.
    """

    def __init__(
        self,
        names: Iterable[str] = (),
        is_batch: Callable[[str, str | None, Fields], bool] = _every_list,
        wrappers: Iterable[str] = (),
    ) -> None:
        self._is_batch = is_batch
        self._any = _one_of((BATCH_LIST, *names))
        name = b"(?:%b)" % self._any.pattern
        before = rb"\{\s*+((?:(?!%b)%b,\s*+)*)" % (name, _MEMBER)
        wrapper = b"(?:%b)" % _one_of(wrappers).pattern
        self._head = re.compile(
            rb"(?:%b(%b)\s*+:\s*+)?%b(%b)\s*+:\s*+\[" % (before, wrapper, before, name)
        )

    def begins(self, window: Window) -> BatchHead | None:
        """The batch that begins at the reading position, or None if none does."""
        window.fill_to(HEAD_LENGTH)
        head = self._head_at(window.buffer, window.pos)
        if head is None or not self._holds_nothing_else(head, head.members, head.around):
            return None
        found = first_value(memoryview(window.buffer)[window.pos :])
        if found.ending is Ending.CUT:
            window.fill_to(_REACH)
            found = first_value(memoryview(window.buffer)[window.pos :])
        if found.ending is not Ending.WHOLE:
            return head
        members = _members_of(window.buffer[window.pos : window.pos + found.at])
        around: Fields = {}
        if members is not None and head.wrapper is not None:
            around = {name: value for name, value in members.items() if name != head.wrapper}
            members = _members_of(bytes(members[head.wrapper]))
        is_batch = members is None or self._holds_nothing_else(head, members, around)
        return head if is_batch else None

    def ends(self, buffer: bytes, start: int, head: BatchHead) -> tuple[int, bool]:
        """The index behind a batch whose list ends at ``start``, and whether it is one still."""
        match = (_NESTED_TAIL if head.wrapper else _TAIL).match(buffer, start)
        behind = _members_in(match[1]) if match else {}
        further = _members_in(match[2]) if match and head.wrapper else {}
        is_batch = self._holds_nothing_else(
            head, {**head.members, **behind}, {**head.around, **further}
        )
        return match.end() if match else start + 1, is_batch

    def _holds_nothing_else(self, head: BatchHead, members: Fields, around: Fields) -> bool:
        return self._is_batch(head.name, head.slug, members) and (
            head.wrapper is None or self._is_batch(head.name, head.slug, around)
        )

    def _head_at(self, buffer: bytes, start: int) -> BatchHead | None:
        if self._any.search(buffer, start, start + HEAD_LENGTH) is None:
            return None
        match = self._head.match(buffer, start)
        if match is None:
            return None
        around, wrapper, members, name = match.groups()
        return BatchHead(
            length=match.end() - start,
            name=_TEXT.decode(name),
            members=_members_in(members),
            wrapper=None if wrapper is None else _TEXT.decode(wrapper),
            around=_members_in(around or b""),
        )


def _one_of(names: Iterable[str]) -> re.Pattern[bytes]:
    """A pattern of names as JSON quotes them; of none it matches nothing."""
    quoted = [re.escape(msgspec.json.encode(name)) for name in dict.fromkeys(names)]
    return re.compile(b"|".join(quoted) or b"(?!)")


def _members_in(text: bytes) -> Fields:
    """The members in a part of an object, commas around them."""
    return _members_of(b"{%b}" % text.strip(b" \t\r\n,")) or {}


def _members_of(text: bytes) -> Fields | None:
    """The members of an object, None if it cannot be read."""
    try:
        return _FIELDS.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
