"""A document's metadata from what it states, from its file's name and from its text; each piece knows where it came from.

Stated values come as a mapping under the keys of the document. Keys are read in any case; `date`, `tags` and `authors` stand
for `published`, `tag` and `author` where those are not stated. Everything that is not a field of ours is kept in `extra` under
its own key, and so is a stated value in its first notation where the field holds another (a date in words, `en-GB`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from indexer.cleaning import one_line
from indexer.errors import ExtractionError
from indexer.extract.dates import date_in_name, stated_date
from indexer.model import Block, DocumentMetadata, Json, Kind, Origin
from indexer.sentences import first_sentence

MAX_DERIVED_TITLE = 120
ALIASES = {"date": "published", "tags": "tag", "authors": "author"}
STATED_FIELDS = ("title", "source", "author", "published", "language", "url", "tag")

_Value = TypeVar("_Value")

_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]{1,8})*")
_URL = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Stated:
    """What a document states about itself. strict: a value of a wrong type raises ExtractionError instead of going to `extra`.

    split_tags: whether a single string may list several tags, with commas between.
    """

    values: Mapping[str, Json] = field(default_factory=dict)
    origin: Origin = Origin.TEXT
    strict: bool = False
    split_tags: bool = True


def describe(
    document_id: str, format_name: str, blocks: Sequence[Block], stated: Stated, file_name: str | None = None
) -> DocumentMetadata:
    """The metadata of a document. file_name: where a date may stand if the document states none; None: do not look there."""
    reading = _Reading(stated)
    title, source = reading.line("title"), reading.line("source")
    author, tag = reading.lines("author"), reading.lines("tag", split=stated.split_tags)
    published, language, url = reading.date("published"), reading.language("language"), reading.url("url")
    origins = reading.origins
    if published is None and file_name is not None:
        published = date_in_name(file_name)
        if published is not None:
            origins["published"] = Origin.FILE_NAME
    derived = False
    if title is None:
        title, derived = title_of(blocks)
        origins["title"] = Origin.TEXT
    return DocumentMetadata(
        id=document_id,
        title=title,
        title_derived=derived,
        source=source,
        author=author,
        published=published,
        language=language,
        url=url,
        format=format_name,
        tag=tag,
        extra=reading.extra,
        origins=origins,
    )


def title_of(blocks: Sequence[Block]) -> tuple[str, bool]:
    """The title in the text itself and whether it is derived: the first heading of level 1, else the first sentence, cut."""
    for block in blocks:
        if block.kind is Kind.HEADING and block.level == 1 and (heading := one_line(block.text)):
            return heading, False
    texts = (one_line(block.text) for block in sorted(blocks, key=lambda block: block.kind is Kind.CODE))
    sentence = first_sentence(next(filter(None, texts), ""))
    if len(sentence) <= MAX_DERIVED_TITLE:
        return sentence, True
    words_end = sentence.rfind(" ", 0, MAX_DERIVED_TITLE + 1)
    return sentence[: words_end if words_end > 0 else MAX_DERIVED_TITLE].rstrip(), True


class _Reading:
    """Takes the fields out of stated values; `extra` is what is left of them."""

    def __init__(self, stated: Stated) -> None:
        self.origins: dict[str, Origin] = {}
        self._stated = stated
        self._left = {key: value for key, value in stated.values.items() if not _blank(value)}
        self._keys: dict[str, str] = {}
        for key in self._left:
            self._keys.setdefault(key.strip().lower(), key)
        for alias, name in ALIASES.items():
            if alias in self._keys and name not in self._keys:
                self._keys[name] = self._keys[alias]

    @property
    def extra(self) -> dict[str, Json]:
        return self._left

    def line(self, name: str) -> str | None:
        """A field that is one line of text; a number is its decimal text."""
        key = self._keys.get(name)
        if key is None:
            return None
        line = _as_line(self._left[key])
        if line is None:
            self._wrong(key, "text")
            return None
        return self._take(name, key, line or None)

    def lines(self, name: str, split: bool = False) -> tuple[str, ...]:
        """A field of several values, stated as a list or as one string; each once, in the order stated."""
        key = self._keys.get(name)
        if key is None:
            return ()
        value = self._left[key]
        if isinstance(value, str) and split:
            value = [*value.split(",")]
        lines = [_as_line(item) for item in (value if isinstance(value, list) else [value])]
        found = [line for line in lines if line is not None]
        if len(found) < len(lines):
            self._wrong(key, "text or a list of texts")
            return ()
        return self._take(name, key, tuple(dict.fromkeys(filter(None, found)))) or ()

    def date(self, name: str) -> str | None:
        """A date in a notation of `published`; what cannot be read as one stays in `extra`."""
        line = self.line(name)
        if line is None:
            return None
        date = stated_date(line)
        self._keep(name, line, date)
        return date

    def language(self, name: str) -> str | None:
        """A language as its code without region, `en` for `en-GB`; a name that is no code stays as stated."""
        line = self.line(name)
        if line is None:
            return None
        match = _LANGUAGE.fullmatch(line)
        language = match[1].lower() if match else line
        self._keep(name, line, language)
        return language

    def url(self, name: str) -> str | None:
        """An address on the web; anything else stays in `extra`, so that no page ever links to it."""
        line = self.line(name)
        if line is None:
            return None
        url = line if _URL.fullmatch(line) else None
        self._keep(name, line, url)
        return url

    def _take(self, name: str, key: str, value: _Value) -> _Value:
        del self._left[key]
        if value:
            self.origins[name] = self._stated.origin
        return value

    def _keep(self, name: str, line: str, value: str | None) -> None:
        """Keep a value as it was stated, where the field holds another or none."""
        if value is None:
            del self.origins[name]
        if value != line:
            self._left[self._keys[name]] = line

    def _wrong(self, key: str, expected: str) -> None:
        if self._stated.strict:
            raise ExtractionError(f'"{key}" is not {expected}', f'Give "{key}" as {expected}, or leave it out.')


def _blank(value: Json) -> bool:
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def _as_line(value: Json) -> str | None:
    """Text or a number as one line; None for any other type."""
    if isinstance(value, str):
        return one_line(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return str(value)
