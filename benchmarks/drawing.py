"""Questions drawn from a corpus with a fixed seed, class by class: the same corpus and seed give the same questions."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from string import ascii_lowercase
from typing import TypeAlias

from benchmarks.corpora import Indexed
from benchmarks.question import Operator, Question
from indexer.model import DocumentMetadata
from indexer.published import parse_published
from indexer.search.analysis import Token, tokenize
from indexer.search.stemming import stem
from indexer.search.stopwords import ENGLISH, is_stop_word

SEED = 20_250_519

_RARE, _MID, _COMMON = 0.0001, (0.003, 0.01), 0.1
_BETWEEN = (0.01, 0.1)
_COMMON_WORDS = 20
_SAMPLE = 4_000
_TRIES = 2_000
# What some engine leaves out, and what has the stem of such a word: no engine's totals could be compared with another's.
_LEFT_OUT = frozenset(map(stem, (*ENGLISH, *"will may us yet tbd can".split())))


@dataclass(frozen=True, slots=True)
class Sampled:
    """A record that questions may be drawn from."""

    document: DocumentMetadata
    text: str


@dataclass(frozen=True, slots=True)
class Survey:
    """What is counted of a corpus before anything is drawn.

    words: for each stem a form of it and how many records have the stem, the most frequent first.
    """

    records: int
    words: Sequence[tuple[str, int]]
    sample: Sequence[Sampled]
    sources: Sequence[str]
    authors: Sequence[str]
    years: Sequence[int]

    def between(self, least: float, most: float) -> Sequence[tuple[str, int]]:
        """Words in more than `least` and at most `most` of the records (shares); the most frequent ones if there are none."""
        first, last = (bisect_left(self.words, -share * self.records, key=lambda word: -word[1]) for share in (most, least))
        return self.words[first:last] or self.words[:_COMMON_WORDS]

    def word(self, random: Random, least: float, most: float) -> str:
        """One of these, each as likely as the others."""
        return random.choice(self.between(least, most))[0]


def survey(documents: Iterable[Indexed], seed: int = SEED) -> Survey:
    """Count the words of a corpus, and sample its records (a reservoir of 4,000)."""
    random = Random(seed)
    counts: Counter[str] = Counter()
    forms: dict[str, str] = {}
    seen: set[str] = set()
    sample: list[Sampled] = []
    sources: set[str] = set()
    authors: set[str] = set()
    years: set[int] = set()
    records = 0
    for document, paragraphs in documents:
        sources.update([document.source] if document.source else [])
        authors.update(document.author)
        years.update([int(document.published[:4])] if document.published and parse_published(document.published) else [])
        for paragraph in paragraphs:
            tokens = tokenize(paragraph.text)
            # The joined parts of a hyphenated word are one word to us alone: they are counted, not drawn.
            for token in tokens:
                if token.length == 1 and token.form not in seen:
                    seen.add(token.form)
                    if _is_word(token.form):
                        forms.setdefault(stem(token.form), token.form)
            counts.update({stem(token.form) for token in tokens})
            place = records if records < _SAMPLE else random.randrange(records + 1)
            sample[place : place + 1] = [Sampled(document, paragraph.text)] if place < _SAMPLE else []
            records += 1
    words = sorted(((form, counts[stem]) for stem, form in forms.items()), key=lambda word: (-word[1], word[0]))
    return Survey(records, words, sample, sorted(sources), sorted(authors), sorted(years))


def draw(surveyed: Survey, classes: Iterable[str], count: int, seed: int = SEED) -> dict[str, list[Question]]:
    """So many questions of each class, each once as long as there are others. A class draws the same whatever else is drawn."""
    return {name: _draw_class(surveyed, name, count, Random(f"{seed} {name}")) for name in classes}


def _draw_class(surveyed: Survey, name: str, count: int, random: Random) -> list[Question]:
    drawn: dict[Question, None] = {}
    for _ in range(_TRIES):
        question = CLASSES[name](surveyed, random)
        if question is not None:
            drawn[question] = None
        if len(drawn) == count:
            break
    questions = list(drawn)
    return (questions * count)[:count]


def _is_word(form: str) -> bool:
    return len(form) > 2 and form.isascii() and form.isalpha() and stem(form) not in _LEFT_OUT


def _word_between(least: float, most: float) -> Callable[[Survey, Random], Question | None]:
    def drawn(surveyed: Survey, random: Random) -> Question:
        return Question(Operator.ALL, (surveyed.word(random, least, most),))

    return drawn


def _rare(surveyed: Survey, random: Random) -> Question | None:
    """A word in less than 0.01% of the records; in small corpora in one."""
    return Question(Operator.ALL, (surveyed.word(random, 0, max(_RARE, 1 / surveyed.records)),))


def _common_words(surveyed: Survey) -> list[str]:
    """The words in more than a tenth of the records; where they are too few to combine, the most frequent ones."""
    return [form for form, _ in max(surveyed.between(_COMMON, 1), surveyed.words[:_COMMON_WORDS], key=len)]


def _of_common(operator: Operator, size: int) -> Callable[[Survey, Random], Question | None]:
    def drawn(surveyed: Survey, random: Random) -> Question:
        words = _common_words(surveyed)
        return Question(operator, tuple(random.sample(words, min(size, len(words)))))

    return drawn


def _phrase(pattern: str) -> Callable[[Survey, Random], Question | None]:
    """A run of words with single spaces between. pattern: a `w` for each word, an `s` for a stop word."""

    def drawn(surveyed: Survey, random: Random) -> Question | None:
        record = random.choice(surveyed.sample)
        tokens = [token for token in tokenize(record.text) if token.length == 1]
        if len(tokens) < len(pattern):
            return None
        first = random.randrange(len(tokens) - len(pattern) + 1)
        run = tokens[first : first + len(pattern)]
        fits = all(
            _is_word(token.form) if kind == "w" else is_stop_word(token.form) for kind, token in zip(pattern, run, strict=True)
        )
        if not fits or not _adjoin(record.text, run):
            return None
        return Question(Operator.PHRASE, tuple(token.form for token in run))

    return drawn


def _adjoin(text: str, run: Sequence[Token]) -> bool:
    return all(text[left.end : right.start] == " " and right.position == left.position + 1 for left, right in pairwise(run))


def _near(surveyed: Survey, random: Random) -> Question | None:
    """Two words of a record with one to three others between them."""
    tokens = [token for token in tokenize(random.choice(surveyed.sample).text) if token.length == 1]
    gap = random.randint(2, 4)
    if len(tokens) <= gap:
        return None
    first = random.randrange(len(tokens) - gap)
    words = (tokens[first].form, tokens[first + gap].form)
    if not all(map(_is_word, words)) or stem(words[0]) == stem(words[1]):
        return None
    return Question(Operator.NEAR, words, slop=3)


def _prefix(surveyed: Survey, random: Random) -> Question | None:
    word = surveyed.word(random, _RARE, 1)
    return Question(Operator.PREFIX, (word[: random.randint(4, 5)],)) if len(word) > 5 else None


def _fuzzy(surveyed: Survey, random: Random) -> Question | None:
    """A word of five letters or more, mistyped once."""
    word = surveyed.word(random, _RARE, 1)
    if not 5 <= len(word) <= 12:
        return None
    place = random.randrange(1, len(word) - 1)
    letter = random.choice(ascii_lowercase)
    mistyped = random.choice(
        (
            word[:place] + letter + word[place:],
            word[:place] + word[place + 1 :],
            word[:place] + letter + word[place + 1 :],
            word[:place] + word[place + 1] + word[place] + word[place + 2 :],
        )
    )
    return Question(Operator.FUZZY, (mistyped,)) if _is_word(mistyped) else None


def _dated(surveyed: Survey, random: Random) -> Question | None:
    first = random.choice(surveyed.years)
    last = random.choice([year for year in surveyed.years if first <= year < first + 10])
    return Question(Operator.ALL, (surveyed.word(random, *_BETWEEN),), years=(first, last))


def _filtered(surveyed: Survey, random: Random) -> Question | None:
    """A common word of a record, its source or four others, one of its tags, and not the records of some other author."""
    record = random.choice(surveyed.sample)
    forms = {stem(token.form) for token in tokenize(record.text)}
    words = [word for word in _common_words(surveyed) if stem(word) in forms]
    others = [author for author in surveyed.authors if author not in record.document.author]
    if not words or not record.document.source or not record.document.tag or not others:
        return None
    sources = {record.document.source, *random.sample(surveyed.sources, min(4, len(surveyed.sources)))}
    return Question(
        Operator.ALL,
        (random.choice(words),),
        sources=tuple(sorted(sources)),
        tags=(random.choice(record.document.tag),),
        without_authors=(random.choice(others),),
    )


def _everything(_surveyed: Survey, _random: Random) -> Question | None:
    return Question(Operator.EVERYTHING)


Draw: TypeAlias = Callable[[Survey, Random], Question | None]

CLASSES: Mapping[str, Draw] = {
    "rare": _rare,
    "mid": _word_between(*_MID),
    "common": _word_between(_COMMON, 1),
    "or2": _of_common(Operator.ANY, 2),
    "and2": _of_common(Operator.ALL, 2),
    "or5": _of_common(Operator.ANY, 5),
    "phrase2": _phrase("ww"),
    "phrase3": _phrase("www"),
    "phrase-stop": _phrase("wsw"),
    "slop": _near,
    "prefix": _prefix,
    "fuzzy": _fuzzy,
    "dated": _dated,
    "filtered": _filtered,
    "empty": _everything,
}

DESCRIPTIONS: Mapping[str, str] = {
    "rare": "term in < 0.01%",
    "mid": "term in 0.3-1%",
    "common": "term in > 10%",
    "or2": "2 common terms, OR",
    "and2": "2 common terms, AND",
    "or5": "5 common terms, OR",
    "phrase2": "phrase of 2 words",
    "phrase3": "phrase of 3 words",
    "phrase-stop": "phrase around a stop word",
    "slop": "2 words near each other",
    "prefix": "prefix",
    "fuzzy": "fuzzy",
    "dated": "date range + term",
    "filtered": "common term + 3 filters",
    "empty": "empty query",
}
