"""A question of a benchmark: what is looked for, whatever engine is asked."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

_LETTERS_OF_ONE_EDIT = 5


class Operator(StrEnum):
    """How the words of a question belong together."""

    EVERYTHING = "everything"
    ALL = "all"
    ANY = "any"
    PHRASE = "phrase"
    NEAR = "near"
    PREFIX = "prefix"
    FUZZY = "fuzzy"


@dataclass(frozen=True, slots=True)
class Question:
    """Words, and what narrows the answer.

    words: folded forms; of PREFIX and FUZZY the one that is meant. slop: of NEAR, how many other words may stand among them.
    years: the first and the last, inclusive. sources and tags: any of them; without_authors: none of them.
    """

    operator: Operator
    words: tuple[str, ...] = ()
    slop: int = 0
    years: tuple[int, int] | None = None
    sources: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    without_authors: tuple[str, ...] = ()

    @property
    def edits(self) -> int:
        """Of FUZZY: how many edits are allowed."""
        return 1 if len(self.words[0]) <= _LETTERS_OF_ONE_EDIT else 2

    @property
    def narrowed(self) -> bool:
        """Whether anything but the words narrows the answer."""
        return bool(self.years or self.sources or self.tags or self.without_authors)

    def source(self) -> str:
        """The words in Loccit's query language."""
        words = " ".join(self.words)
        return {
            Operator.EVERYTHING: "",
            Operator.ALL: words,
            Operator.ANY: " OR ".join(self.words),
            Operator.PHRASE: f'"{words}"',
            Operator.NEAR: f'"{words}"~{self.slop}',
            Operator.PREFIX: f"{words}*",
            Operator.FUZZY: f"{words}~",
        }[self.operator]

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The question as the parameters of a search."""
        pairs = [("q", self.source())] if self.words else []
        pairs += [("source", value) for value in self.sources]
        pairs += [("exclude_author", value) for value in self.without_authors]
        pairs += [("tag", value) for value in self.tags]
        if self.years:
            pairs += [("published_from", f"{self.years[0]:04d}"), ("published_to", f"{self.years[1]:04d}")]
        return tuple(pairs)

    def shown(self) -> str:
        """The question for people, in a line."""
        rest = [f"{name}={value}" for name, value in self.pairs() if name != "q"]
        return " & ".join([self.source() or "(empty)", *rest])


def write_questions(questions: Mapping[str, Sequence[Question]]) -> str:
    """Questions by class as JSON."""
    return json.dumps({name: [asdict(question) for question in drawn] for name, drawn in questions.items()}, ensure_ascii=False)


def read_questions(stated: str) -> dict[str, list[Question]]:
    """The questions that `write_questions` wrote."""
    return {name: [_read(each) for each in drawn] for name, drawn in json.loads(stated).items()}


def _read(stated: dict[str, object]) -> Question:
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in stated.items()}
    values["operator"] = Operator(str(values["operator"]))
    return Question(**values)  # type: ignore[arg-type]  # each value came from a field of the same name
