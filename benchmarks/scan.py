"""Totals by brute force: every record is read and looked at, in one pass for all questions.

It shares the analysis with the engine and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, product
from typing import TypeAlias

from benchmarks.corpora import Indexed
from benchmarks.question import Operator, Question
from indexer.model import DocumentMetadata
from indexer.published import DayRange, parse_published
from indexer.search.analysis import tokenize
from indexer.search.stemming import stem

Place: TypeAlias = tuple[int, int]
"""Where a word stands: its position, and how many positions it covers."""

_FORM_OPERATORS = (Operator.PREFIX, Operator.FUZZY)


@dataclass(frozen=True, slots=True)
class _Atom:
    """What one word of a question asks of a word of a text. letters: of FUZZY, the word's letters as bits."""

    operator: Operator
    word: str
    edits: int = 0
    letters: int = 0

    def accepts(self, form: str, stemmed: str) -> bool:
        if self.operator is Operator.PREFIX:
            return form.startswith(self.word)
        if self.operator is Operator.FUZZY:
            return (
                abs(len(form) - len(self.word)) <= self.edits
                and (_letters(form) & ~self.letters).bit_count() <= self.edits
                and edits(self.word, form) <= self.edits
            )
        return stemmed == self.word


@dataclass(slots=True)
class _Plan:
    """The questions by what they look for. by_stem: words' atoms by stem; tests: the atoms that look at forms."""

    atoms: dict[_Atom, int] = field(default_factory=dict)
    askers: list[list[int]] = field(default_factory=list)
    wanted: list[tuple[int, ...]] = field(default_factory=list)
    everywhere: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, questions: Sequence[Question]) -> _Plan:
        plan = cls()
        for number, question in enumerate(questions):
            numbers = tuple(plan._number(atom) for atom in _atoms(question))
            plan.wanted.append(numbers)
            if not numbers:
                plan.everywhere.append(number)
            # A question that needs all its words is looked at where its first one stands.
            for atom in numbers if question.operator is Operator.ANY else numbers[:1]:
                plan.askers[atom].append(number)
        return plan

    def _number(self, atom: _Atom) -> int:
        if atom not in self.atoms:
            self.askers.append([])
        return self.atoms.setdefault(atom, len(self.atoms))


class _Accepting(dict[str, tuple[int, ...]]):
    """Form -> the numbers of the atoms that accept it, worked out once for each form."""

    def __init__(self, atoms: dict[_Atom, int]) -> None:
        super().__init__()
        self._by_stem = {atom.word: number for atom, number in atoms.items() if atom.operator not in _FORM_OPERATORS}
        self._tests = [(atom, number) for atom, number in atoms.items() if atom.operator in _FORM_OPERATORS]

    def __missing__(self, form: str) -> tuple[int, ...]:
        stemmed = stem(form)
        own = self._by_stem.get(stemmed)
        accepting = (*(() if own is None else (own,)), *(number for atom, number in self._tests if atom.accepts(form, stemmed)))
        self[form] = accepting
        return accepting


def totals(questions: Sequence[Question], documents: Iterable[Indexed]) -> list[int]:
    """How many records answer each question."""
    plan = _Plan.of(questions)
    accepting = _Accepting(plan.atoms)
    counts = [0] * len(questions)
    for document, paragraphs in documents:
        passing = [_passes(question, document) for question in questions]
        for paragraph in paragraphs:
            places: dict[int, list[Place]] = {}
            for form, _, _, position, length in tokenize(paragraph.text):
                for atom in accepting[form]:
                    places.setdefault(atom, []).append((position, length))
            asked = {number for atom in places for number in plan.askers[atom]}
            for number in (*asked, *plan.everywhere):
                counts[number] += passing[number] and _matches(questions[number], plan.wanted[number], places)
    return counts


def edits(left: str, right: str) -> int:
    """Insertions, deletions, replacements and swaps of neighbours from one to the other; nothing is edited twice."""
    before_last: list[int] = []
    last = list(range(len(right) + 1))
    for i, letter in enumerate(left, 1):
        row = [i]
        for j, other in enumerate(right, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == right[j - 2] and left[i - 2] == other:
                cost = min(cost, before_last[j - 2] + 1)
            row.append(cost)
        before_last, last = last, row
    return last[-1]


def _atoms(question: Question) -> list[_Atom]:
    if question.operator is Operator.PREFIX:
        return [_Atom(Operator.PREFIX, question.words[0])]
    if question.operator is Operator.FUZZY:
        return [_Atom(Operator.FUZZY, question.words[0], question.edits, _letters(question.words[0]))]
    return [_Atom(Operator.ALL, stem(word)) for word in question.words]


def _letters(form: str) -> int:
    bits = 0
    for letter in form:
        bits |= 1 << (ord(letter) & 63)
    return bits


def _matches(question: Question, wanted: tuple[int, ...], places: dict[int, list[Place]]) -> bool:
    if question.operator is Operator.ANY:
        return True
    if any(atom not in places for atom in wanted):
        return False
    if question.operator is Operator.PHRASE:
        ends = {position + length for position, length in places[wanted[0]]}
        for atom in wanted[1:]:
            ends = {position + length for position, length in places[atom] if position in ends}
        return bool(ends)
    if question.operator is Operator.NEAR:
        return any(_near(chosen, question.slop) for chosen in product(*(places[atom] for atom in wanted)))
    return True


def _near(chosen: tuple[Place, ...], slop: int) -> bool:
    """Whether these words stand apart from each other with at most so many others among them."""
    inside = sorted(chosen)
    if any(right[0] < left[0] + left[1] for left, right in pairwise(inside)):
        return False
    covered = sum(length for _, length in inside)
    return inside[-1][0] + inside[-1][1] - inside[0][0] - covered <= slop


def _passes(question: Question, document: DocumentMetadata) -> bool:
    return (
        (not question.sources or document.source in question.sources)
        and (not question.tags or not set(document.tag).isdisjoint(question.tags))
        and set(document.author).isdisjoint(question.without_authors)
        and (question.years is None or _in_years(document, question.years))
    )


def _in_years(document: DocumentMetadata, years: tuple[int, int]) -> bool:
    days = parse_published(document.published) if document.published else None
    first, last = (parse_published(f"{year:04d}") for year in years)
    assert isinstance(first, DayRange)
    assert isinstance(last, DayRange)
    return days is not None and days.overlaps(first.first, last.last)
