"""Inversion: the words of units in reading order, turned into a dictionary and postings by sorting arrays.

A unit is what a field's postings point at: a record for `text`, a distinct value for every other field.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from indexer.search.analysis import analyze_word
from indexer.search.embedded.codec.arrays import Array, ArraysWriter, smallest

JOINED = "\x1f"
"""Stands between a joined form and the number of positions that it covers, in the dictionaries."""


@dataclass(frozen=True, slots=True)
class _Tokens:
    """Every token of every unit in reading order: its form's place in the dictionary, its unit, its position; words by unit."""

    forms: list[str]
    form: Array
    unit: Array
    position: Array
    lengths: Array


class Inverter:
    """Collects the words of units 0, 1, 2, … of one field and writes its dictionary and postings.

    A distinct word is analysed once, when all are known. stem: form -> term for stemmed fields, None where forms are terms.
    """

    def __init__(self, stem: Callable[[str], str] | None) -> None:
        self._stem = stem
        self._codes = _Codes()
        self._words = array("I")
        self._counts = array("I")

    def __len__(self) -> int:
        """How many words are held."""
        return len(self._words)

    def add(self, words: Sequence[str]) -> None:
        """The words of the next unit, as `analysis.split_words` gives them."""
        self._words.extend(map(self._codes.__getitem__, words))
        self._counts.append(len(words))

    def write(self, writer: ArraysWriter, field: str) -> None:
        """Write the arrays of the field: see docs/format.md."""
        tokens = self._tokens()
        terms, term_of_form = self._terms(tokens.forms)
        token_terms = term_of_form[tokens.form]
        order = stable_order(token_terms)
        token_terms, units = token_terms[order], tokens.unit[order]
        first = np.ones(len(order), dtype=bool)
        first[1:] = (token_terms[1:] != token_terms[:-1]) | (units[1:] != units[:-1])
        starts = np.flatnonzero(first)
        term_starts = np.searchsorted(token_terms, np.arange(len(terms) + 1))

        writer.add_strings(f"{field}.terms", [term.encode() for term in terms])
        writer.add(f"{field}.bounds", np.searchsorted(starts, term_starts).astype(np.uint32))
        writer.add(f"{field}.position_bounds", term_starts.astype(np.uint32))
        writer.add(f"{field}.ids", units[starts])
        writer.add(f"{field}.freqs", smallest(np.diff(np.append(starts, len(order)))))
        writer.add(f"{field}.positions", smallest(tokens.position[order]))
        writer.add(f"{field}.lengths", smallest(tokens.lengths))
        if self._stem is not None:
            _write_forms(writer, field, tokens.forms, term_of_form, tokens.form[order])

    def _tokens(self) -> _Tokens:
        """The words as tokens: most are one token, hyphenated ones are several."""
        keys: dict[str, int] = {}
        flat_keys, flat_places, counts, advances = array("I"), array("I"), array("I"), array("I")
        for word in self._codes:
            analyzed = analyze_word(word)
            for form, _, _, position, length in analyzed:
                flat_keys.append(keys.setdefault(form if length == 1 else f"{form}{JOINED}{length}", len(keys)))
                flat_places.append(position)
            counts.append(len(analyzed))
            advances.append(analyzed[-1].position + analyzed[-1].length)
        forms = sorted(keys, key=str.encode)
        rank = np.empty(len(forms), dtype=np.uint32)
        rank[_uint32([keys[form] for form in forms])] = np.arange(len(forms), dtype=np.uint32)
        flat_forms, word_tokens = rank[_uint32(flat_keys)], _uint32(counts)

        words, unit_counts = _uint32(self._words), _uint32(self._counts)
        units = np.repeat(np.arange(len(unit_counts), dtype=np.uint32), unit_counts)
        ends = np.cumsum(_uint32(advances)[words], dtype=np.int64)
        bounds = np.concatenate([[0], np.cumsum(unit_counts, dtype=np.int64)])
        before = np.concatenate([[0], ends])[bounds]
        positions = (ends - _uint32(advances)[words] - np.repeat(before[:-1], unit_counts)).astype(np.uint32)
        flat_starts = np.cumsum(word_tokens, dtype=np.int64) - word_tokens
        if len(word_tokens) == len(flat_forms):
            return _Tokens(forms, flat_forms[words], units, positions, np.diff(before))
        each = word_tokens[words]
        word_of_token = np.repeat(np.arange(len(words), dtype=np.uint32), each)
        within = np.arange(len(word_of_token)) - np.repeat(np.cumsum(each, dtype=np.int64) - each, each)
        flat = flat_starts[words[word_of_token]] + within
        places = positions[word_of_token] + _uint32(flat_places)[flat]
        return _Tokens(forms, flat_forms[flat], units[word_of_token], places, np.diff(before))

    def _terms(self, forms: list[str]) -> tuple[list[str], Array]:
        """The sorted terms, and the term of each form."""
        if self._stem is None:
            return forms, np.arange(len(forms), dtype=np.uint32)
        stems = []
        for form in forms:
            word, separator, covered = form.partition(JOINED)
            stems.append(self._stem(word) + separator + covered)
        terms = sorted(set(stems), key=str.encode)
        place = {term: number for number, term in enumerate(terms)}
        return terms, _uint32([place[stem] for stem in stems])


class _Codes(dict[str, int]):
    """Word -> code, in the order in which they came."""

    def __missing__(self, word: str) -> int:
        self[word] = code = len(self)
        return code


def _write_forms(writer: ArraysWriter, field: str, forms: list[str], term_of_form: Array, token_forms: Array) -> None:
    """The dictionary of exact forms, and for each position which form of its term stands there."""
    variant = form_variants(term_of_form)
    writer.add_strings(f"{field}.forms", [form.encode() for form in forms])
    writer.add(f"{field}.form_terms", term_of_form)
    writer.add(f"{field}.form_variants", variant)
    writer.add(f"{field}.variants", smallest(variant[token_forms]))


def form_variants(term_of_form: Array) -> Array:
    """Which form of its term each form is, from 0, in the order of the forms."""
    by_term = stable_order(term_of_form)
    first = np.searchsorted(term_of_form[by_term], term_of_form[by_term])
    variant = np.empty(len(term_of_form), dtype=np.uint32)
    variant[by_term] = np.arange(len(term_of_form)) - first
    return variant


def stable_order(keys: Array) -> Array:
    """The order that sorts uint32 keys, equal ones as they stand: two radix passes of 16 bits, which numpy has built in."""
    low = np.argsort((keys & 0xFFFF).astype(np.uint16), kind="stable")
    if not len(keys) or int(keys.max()) <= 0xFFFF:
        return low
    return low[np.argsort((keys[low] >> 16).astype(np.uint16), kind="stable")]


def _uint32(numbers: Sequence[int]) -> Array:
    return np.array(numbers, dtype=np.uint32)
