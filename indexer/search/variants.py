"""Spelling variants: words that count as one in a query, by a rule, by a table of ours and by the user's synonyms.

Both the table `spellings.txt` and a synonyms file have one form: a line names words that count as one in all their forms,
parted by commas; `#` begins a comment; lines that share an entry are one group. Where some of its entries have several words,
another has one. What is typed is told by English stems. Only queries look here: an index is the same whatever the files say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from itertools import chain
from pathlib import Path

from indexer.errors import UsageError
from indexer.search.analysis import split_words, word_readings
from indexer.search.stemming import stem

MAX_GROUP = 32
"""The words that may count as one."""
_MAX_BYTES = 1_000_000
# -ise and -ize, -yse and -yze, and what is made of them.
_ISE = re.compile(r"(.{3,}i)([sz])(e|ed|es|er|ers|ing|ings|able|ement|ation|ations|ational)", re.DOTALL)
_YSE = re.compile(r"(.+ly)([sz])(e|ed|es|er|ers|ing|ings)", re.DOTALL)
_OTHER = {"s": "z", "z": "s"}


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line of synonyms that is left out. number: from 1; reason: for people, what is wrong with "it"."""

    number: int
    reason: str


@dataclass(frozen=True)
class Variants:
    """The forms that count as one with a form. groups: English stems, spaces between them -> the entries of a group, folded."""

    groups: Mapping[str, tuple[str, ...]]

    @cached_property
    def longest(self) -> int:
        """The words of the longest entry."""
        return max((key.count(" ") + 1 for key in self.groups), default=1)

    def of(self, form: str) -> tuple[str, ...]:
        """The other forms that a folded form stands for, each of another stem than it; none for most words.

        One with spaces is several words next to each other.
        """
        own = stem(form)
        group = self.groups.get(own, ())
        by_rule = _by_rule(form)
        if not group and by_rule is None:
            return ()
        others = {_key(word): word for word in (*group, *([] if by_rule is None else [by_rule])) if _key(word) != own}
        return tuple(others.values())

    def word_for(self, words: str) -> str | None:
        """The single word that several, folded and parted by spaces, count as; None for most."""
        return next((entry for entry in self.groups.get(_key(words), ()) if " " not in entry), None)

    def with_lines(self, lines: Iterable[str]) -> tuple[Variants, tuple[BadLine, ...]]:
        """These and the groups of some lines, and the lines that are left out."""
        groups = dict(self.groups)
        bad = []
        for number, line in enumerate(lines, 1):
            try:
                _join(groups, _entries(line))
            except ValueError as error:
                bad.append(BadLine(number, str(error)))
        return Variants(groups), tuple(bad)


@cache
def spellings() -> Variants:
    """The rule and our own table."""
    table = files("indexer.search").joinpath("spellings.txt").read_text(encoding="utf-8")
    return Variants({}).with_lines(table.splitlines())[0]


def read_synonyms(path: Path) -> tuple[Variants, tuple[BadLine, ...]]:
    """Our spellings with those of a user's file, and its lines that are left out. Raises UsageError if it cannot be read."""
    try:
        with path.open("rb") as stream:
            raw = stream.read(_MAX_BYTES + 1)
        if len(raw) > _MAX_BYTES:
            raise UsageError(f"The synonyms {path} are more than {_MAX_BYTES:,} bytes. Keep the words that you search for.")
        return spellings().with_lines(raw.decode("utf-8-sig").splitlines())
    except OSError as error:
        raise UsageError(f"The synonyms {path} cannot be read: {error.strerror}. Mend the setting synonyms.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"The synonyms {path} are not UTF-8 (byte {error.start}). Save the file as UTF-8.") from error


def _by_rule(form: str) -> str | None:
    match = _ISE.fullmatch(form) or _YSE.fullmatch(form)
    return match and f"{match[1]}{_OTHER[match[2]]}{match[3]}"


def _entries(line: str) -> tuple[str, ...]:
    """What counts as one by a line, folded, each with spaces between its words; nothing for a comment.

    Raises ValueError where the line says nothing.
    """
    stated = [entry.strip() for entry in line.split("#")[0].split(",")]
    entries = dict.fromkeys(form for entry in stated if entry for form in _forms(entry))
    if any(stated) and len(entries) < 2:
        raise ValueError("names one word only: write two or more, with commas between")
    if entries and all(" " in entry for entry in entries):
        raise ValueError("names no single word that the others could stand for")
    return tuple(entries)


def _forms(entry: str) -> tuple[str, ...]:
    """An entry as a query would have it; a hyphenated word is its parts, and the parts joined."""
    words = split_words(entry)
    if not words:
        raise ValueError(f"has no word in {entry!r}")
    parts = " ".join(form for word in words for form in word_readings(word)[0])
    joined = word_readings(words[0])[1:] if len(words) == 1 else ()
    return (parts, *(form for reading in joined for form in reading))


def _key(entry: str) -> str:
    return " ".join(map(stem, entry.split()))


def _join(groups: dict[str, tuple[str, ...]], words: tuple[str, ...]) -> None:
    """Make words, and the groups that they belong to, one. Raises ValueError where that gives too large a group."""
    known = [groups[key] for word in words if (key := _key(word)) in groups]
    joined = dict.fromkeys(chain(words, *known))
    if len(joined) > MAX_GROUP:
        raise ValueError(f"makes more than {MAX_GROUP} words count as one")
    group = tuple(joined)
    groups.update((_key(word), group) for word in group)
