"""The nodes of a query, as the parser gives them and every engine translates them.

Words are kept as they were typed; folding and stemming are the engine's, since they depend on a record's language.
A node with `field` None looks in the record's own text. `weight` multiplies what the node adds to the score.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Word:
    """One word in any form, or with `exact` in this form only; a hyphenated word counts as one.

    bare: typed without quotes, `=`, `-` or a field, so that it is left out where it is a stop word.
    """

    text: str
    exact: bool = False
    field: str | None = None
    weight: float = 1.0
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in this order, next to each other; with `slop`, all of them in any order with at most so many others among them.

    text: what stood between the quotation marks; it holds at least one word.
    """

    text: str
    slop: int | None = None
    exact: bool = False
    field: str | None = None
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Wildcard:
    """Word forms (not stems) that match a pattern: `*` any run of characters, `?` exactly one."""

    pattern: str
    field: str | None = None
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """Word forms within so many edits; a swap of neighbours is one edit. distance None: 1 up to 5 letters, else 2."""

    text: str
    distance: int | None = None
    field: str | None = None
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Published:
    """Records whose stated interval overlaps these days (ordinals, inclusive); None leaves an end open."""

    first: int | None
    last: int | None
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class All:
    """Every child, and none of the excluded. Without children: every record (less the excluded)."""

    children: tuple[Node, ...] = ()
    excluded: tuple[Node, ...] = ()
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Any:
    """At least one child. Without children: no record."""

    children: tuple[Node, ...] = ()
    weight: float = 1.0


Node: TypeAlias = Word | Phrase | Wildcard | Fuzzy | Published | All | Any

EVERYTHING = All()
NOTHING = Any()


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query, read.

    source: as typed. tree: what to look for. relaxed: the tree to try where `tree` finds nothing in the whole index, or None.
    scored: False where nothing in the tree scores (empty query, exclusions alone). warnings: sentences for people.
    """

    source: str = ""
    tree: Node = EVERYTHING
    relaxed: Node | None = None
    scored: bool = False
    warnings: tuple[str, ...] = ()


EMPTY_QUERY = ParsedQuery()
