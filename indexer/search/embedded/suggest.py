"""What a query may become while it is typed: words, phrases of the corpus, titles and names, each with what it finds.

Nothing is kept for it in the index: words come from the dictionaries, phrases from a sample of the records that match so far.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from indexer.fields import FACETS
from indexer.search import syntax
from indexer.search.embedded.counting import Counting
from indexer.search.embedded.kernels import Kernels
from indexer.search.embedded.names import best_names, best_titles
from indexer.search.embedded.runs import Runs, sample
from indexer.search.embedded.snapshot import Snapshot
from indexer.search.embedded.vocabulary import Vocabulary
from indexer.search.folding import fold
from indexer.search.lexer import plain_words
from indexer.search.query import All, Node, Phrase
from indexer.search.quotations import MARKS
from indexer.search.response import MAX_SUGGESTIONS, Suggestion, SuggestionKind
from indexer.search.stopwords import is_stop_word
from indexer.search.typed import Typed, read_typed

_WORDS, _FOLLOWING, _PHRASES, _TITLES, _NAMES = 7, 4, 3, 2, 2
# With fewer words than these, what was typed may be mistyped: so many edits from so many letters on.
_FEW = 3
_EDITS = ((9, 2), (5, 1))
# Phrases are read off so many records: of what was typed so far, or of each of so many words.
_SAMPLED, _SAMPLED_EACH, _SAMPLED_WORDS = 40, 12, 2
# The forms of a word begin with the same letters; its spellings with the same one (`Kyiv`, `Kiev`).
_FORM_LETTERS, _SPELLING_LETTERS = 4, 1
_NO_MARKS = str.maketrans(dict.fromkeys(MARKS, " "))


def suggest(snapshot: Snapshot, text: str, counting: Counting, kernels: Kernels) -> tuple[Suggestion, ...]:
    """What may be meant by what was typed so far: most records first, MAX_SUGGESTIONS at most.

    counting: over the snapshot's segments, without filters. Raises QueryError for a text over a bound.
    """
    syntax.parse(text)
    typed = read_typed(text)
    if typed is None:
        return ()
    found = list(_Suggesting(snapshot, typed, counting, kernels).found())
    distinct = {suggestion.text.casefold(): suggestion for suggestion in reversed(found)}.values()
    others = [each for each in distinct if each.kind is not SuggestionKind.WORD]
    words = sorted((each for each in distinct if each.kind is SuggestionKind.WORD), key=_order)
    return tuple(sorted([*words[: max(MAX_SUGGESTIONS - len(others), 1)], *others], key=_order)[:MAX_SUGGESTIONS])


def _order(suggestion: Suggestion) -> tuple[int, str]:
    return -suggestion.count, suggestion.text


def edits(word: str) -> int:
    """How many edits a word of this length is forgiven."""
    return next((edits for length, edits in _EDITS if len(word) >= length), 0)


class _Suggesting:
    """One text, completed. Words before the last that no record has are taken for the nearest ones that some have."""

    def __init__(self, snapshot: Snapshot, typed: Typed, counting: Counting, kernels: Kernels) -> None:
        self._snapshot = snapshot
        self._typed = typed
        self._kernels = kernels
        self._vocabulary = Vocabulary(snapshot.segments, kernels)
        self._counting = counting
        self._before = tuple(map(self._known, typed.before)) if typed.field is None else typed.before
        self._base = typed.text[: typed.prefix_start]
        if self._before != typed.before:
            self._base = typed.text[: typed.starts[0]] + "".join(f"{word} " for word in self._before)
        self._head = typed.text[: typed.head_end]

    def found(self) -> Iterator[Suggestion]:
        """Suggestions of every kind that find something."""
        typed = self._typed
        if typed.field is None:
            words = self._words()
            yield from words
            yield from self._phrases(words)
        if typed.field in (None, "title"):
            for title in best_titles(self._snapshot.segments, typed, self._kernels, _TITLES):
                yield from self._clause(self._head, "title", title, SuggestionKind.TITLE)
        if typed.field in FACETS or (typed.field is None and not typed.quoted):
            for name in best_names(self._snapshot, typed, self._kernels, _NAMES):
                yield from self._clause(typed.text[: name.start], name.field, name.value, SuggestionKind.NAME)

    def _counted(self, text: str, kind: SuggestionKind, tree: Node | None) -> Iterator[Suggestion]:
        """A suggestion, if it finds anything. tree: what it is read as, where that is known."""
        # A text of more characters than a query may have terms may be over a bound: then only what reads it can tell.
        count = self._counting.of(text, tree if len(text) <= syntax.MAX_TERMS else None)
        if count:
            yield Suggestion(text, kind, count)

    def _clause(self, head: str, field: str, value: str, kind: SuggestionKind) -> Iterator[Suggestion]:
        """A value asked for in its field. It is read as whoever takes it would have it read: a title may be over a bound."""
        value = " ".join(value.translate(_NO_MARKS).split())
        return self._counted(f'{head}{field}:"{value}"', kind, None)

    def _known(self, word: str) -> str:
        form = fold(word)
        if not form.isalpha() or not edits(form) or self._vocabulary.frequency(form):
            return word
        near = self._vocabulary.near(form, edits(form), 1)
        return next(iter(near), word)

    @cached_property
    def _runs(self) -> Runs:
        """What follows the words before the last, in a sample of the records that have them."""
        tree = syntax.parse(self._base + ('"' if self._typed.quoted else "")).tree
        texts = sample(self._snapshot.segments, self._counting.records(tree), _SAMPLED)
        return Runs(texts, self._before, self._typed.prefix)

    def _words(self) -> list[Suggestion]:
        """The last word, completed: by words that follow those before it, and by words of the index that begin so."""
        prefix = self._typed.prefix
        words = [word for word, _ in _best(self._runs.words, _FOLLOWING)] if self._before else []
        words = [word for word in words if prefix or not is_stop_word(fold(word))]
        if prefix:
            words += self._vocabulary.begun(prefix, _WORDS - len(words))
        found = self._completed(words)
        if len(found) < _FEW and edits(prefix):
            near = self._vocabulary.near(prefix, edits(prefix), _WORDS, begun=True)
            found += self._completed(word for word in near if word[:1] == prefix[:1] and word not in words)
        return sorted(self._distinct(found, _FORM_LETTERS), key=_order)

    def _distinct(self, suggestions: Iterable[Suggestion], letters: int) -> list[Suggestion]:
        """Of those that are one in other forms or spellings only the first: each word begins alike, and they find the same."""
        kept: list[Suggestion] = []
        for each in suggestions:
            alike = (one for one in kept if one.count == each.count and _begin_alike(one.text, each.text, letters))
            if not any(self._counting.same(one.text, each.text) for one in alike):
                kept.append(each)
        return kept

    def _completed(self, words: Iterable[str]) -> list[Suggestion]:
        quoted = self._typed.quoted
        kind = SuggestionKind.PHRASE if quoted and self._before else SuggestionKind.WORD
        found: list[Suggestion] = []
        for word in dict.fromkeys(words):
            text = f'{self._base}{word}"' if quoted else f"{self._base}{word}"
            found += self._counted(text, kind, None if self._head or quoted else _all(text))
        return found

    def _phrases(self, words: list[Suggestion]) -> list[Suggestion]:
        """Runs of words that often stand where those typed do."""
        if self._before:
            counts = self._runs.phrases
        else:
            tried = [each.text[len(self._base) :].rstrip('"') for each in words]
            counts = Runs((), (), "").phrases
            for word in [word for word in tried if not is_stop_word(word)][:_SAMPLED_WORDS]:
                records = self._counting.records(plain_words(word)[0])
                counts.update(Runs(sample(self._snapshot.segments, records, _SAMPLED_EACH), (), word).phrases)
        found: list[Suggestion] = []
        for phrase, _ in _best(counts, _PHRASES, least=2):
            tree = None if self._head else Phrase(phrase)
            found += self._counted(f'{self._head}"{phrase}"', SuggestionKind.PHRASE, tree)
        return self._distinct(found, _SPELLING_LETTERS)


def _begin_alike(text: str, other: str, letters: int) -> bool:
    return [word.strip('"')[:letters] for word in text.split()] == [word.strip('"')[:letters] for word in other.split()]


def _all(text: str) -> Node:
    """What plain words are read as."""
    words = plain_words(text)
    return words[0] if len(words) == 1 else All(words)


def _best(counts: dict[str, int], limit: int, least: int = 1) -> list[tuple[str, int]]:
    """The largest counts in order, of equal ones the first in the alphabet."""
    return sorted(((text, count) for text, count in counts.items() if count >= least), key=lambda one: (-one[1], one[0]))[
        :limit
    ]
