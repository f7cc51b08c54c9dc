"""Inversion: the words of units in reading order, turned into a dictionary and postings by sorting arrays.

A unit is what a field's postings point at: a record for `text`, a distinct value for every other field.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from indexer.search.analysis import Token, analyze_word, plain_form, split_words, tokenize
from indexer.search.embedded.codec.arrays import Array, smallest
from indexer.search.embedded.codec.arrays_writer import ArraysWriter
from indexer.search.embedded.codec.followers import marks_of
from indexer.search.embedded.codec.keys import joined_tail, tail_of, term_of
from indexer.search.embedded.codec.loops import BYTES_BY_WORD, load_bulk_loops, stable_order
from indexer.search.embedded.codec.reading import Placed, Reading, Tokens

SKIP = 32
"""For each so many postings of a field it is stored how many positions stand before them."""


@dataclass(frozen=True, slots=True)
class Stemmers:
    """The stemmers of the units of a field. names: the distinct ones; places: of each unit, its stemmer among them."""

    names: tuple[str, ...]
    places: Array

    @classmethod
    def of(cls, stemmers: Sequence[str]) -> Stemmers:
        """From the stemmer of each unit."""
        names = tuple(dict.fromkeys(stemmers))
        if len(names) <= 1:
            return cls(names, np.zeros(len(stemmers), dtype=np.uint8))
        place = {name: number for number, name in enumerate(names)}
        return cls(names, np.fromiter(map(place.__getitem__, stemmers), dtype=np.uint8, count=len(stemmers)))


@dataclass(frozen=True, slots=True)
class _Dictionary:
    """The sorted terms and forms, the term of each form, and which of that term's forms it is, from 0."""

    terms: list[bytes]
    forms: list[bytes]
    form_terms: Array
    form_variants: Array


def write_inverted(writer: ArraysWriter, field: str, texts: Sequence[bytes], stemmers: Stemmers | None) -> None:
    """Write the arrays of a field: see docs/format.md. texts: of its units 0, 1, 2, …, in UTF-8.

    A distinct piece of text is analysed once for each stemmer. stemmers: of the units; None where forms are terms.
    """
    loops = load_bulk_loops(sum(map(len, texts)) // BYTES_BY_WORD)
    reading = loops.read(texts)
    tails = [tail_of(name).encode() for name in stemmers.names] if stemmers is not None and stemmers.names else [b""]
    if stemmers is not None and len(tails) > 1:
        reading, by_piece = _parted(reading, stemmers)
        of_pieces = [tails[place] for place in by_piece.tolist()]
    else:
        of_pieces = tails * len(reading.pieces)
    dictionary, tokens = _analyze(reading.pieces, of_pieces, stemmed=stemmers is not None)
    marks = marks_of(dictionary.terms)
    placed = loops.place(reading, tokens, marks)
    first = np.ones(len(placed.units), dtype=bool)
    first[1:] = placed.units[1:] != placed.units[:-1]
    first[placed.bounds[:-1]] = True
    starts = np.flatnonzero(first)
    writer.add_strings(f"{field}.terms", dictionary.terms)
    writer.add(f"{field}.bounds", np.searchsorted(starts, placed.bounds).astype(np.uint32))
    writer.add(f"{field}.position_bounds", placed.bounds.astype(np.uint32))
    writer.add(f"{field}.ids", placed.units[starts])
    writer.add(f"{field}.freqs", smallest(np.diff(starts, append=len(first))))
    writer.add(f"{field}.skips", starts[::SKIP].astype(np.uint32))
    writer.add(f"{field}.positions", smallest(placed.positions, least=2))
    writer.add(f"{field}.marks", marks)
    writer.add(f"{field}.followers", placed.followers)
    writer.add(f"{field}.lengths", smallest(placed.lengths, least=2))
    if stemmers is not None:
        _write_forms(writer, field, dictionary, placed)


def _write_forms(writer: ArraysWriter, field: str, dictionary: _Dictionary, placed: Placed) -> None:
    """The dictionary of exact forms, and which form stands at each position of the terms that have several."""
    counts = np.diff(placed.bounds)
    several = np.bincount(dictionary.form_terms, minlength=len(counts)) > 1
    writer.add_strings(f"{field}.forms", dictionary.forms)
    writer.add(f"{field}.form_terms", dictionary.form_terms)
    writer.add(f"{field}.form_variants", smallest(dictionary.form_variants))
    writer.add(f"{field}.variant_bounds", variant_bounds(several, counts))
    writer.add(f"{field}.variants", smallest(placed.variants[np.repeat(several, counts)]))


def _parted(reading: Reading, stemmers: Stemmers) -> tuple[Reading, Array]:
    """What was read, with a piece for each stemmer that some unit with it has; and the place of each piece's stemmer."""
    each = len(stemmers.names)
    both = reading.codes.astype(np.int64) * each + np.repeat(stemmers.places, reading.counts)
    used = np.zeros(len(reading.pieces) * each, dtype=bool)
    used[both] = True
    codes = (np.cumsum(used, dtype=np.uint32) - np.uint32(1))[both]
    pieces, by_piece = np.divmod(np.flatnonzero(used), each)
    return replace(reading, pieces=[reading.pieces[piece] for piece in pieces.tolist()], codes=codes), by_piece


def _analyze(pieces: Sequence[bytes], tails: Sequence[bytes], stemmed: bool) -> tuple[_Dictionary, Tokens]:
    """The dictionary of distinct pieces, and the tokens of each. tails: what the keys of each piece's forms end with."""
    keys: dict[bytes, int] = {}
    flat_keys, places, counts, advances = array("I"), array("I"), array("I"), array("I")
    for piece, tail in zip(pieces, tails, strict=True):
        plain = plain_form(piece)
        if plain is not None:
            flat_keys.append(keys.setdefault(plain + tail, len(keys)))
            places.append(0)
            counts.append(1)
            advances.append(1)
            continue
        text = piece.decode()
        words = split_words(text)
        tokens = analyze_word(words[0]) if len(words) == 1 else tokenize(text)
        entered = sorted((token.position, key) for token in tokens for key in _keys(token, tail))
        for position, key in entered:
            flat_keys.append(keys.setdefault(key, len(keys)))
            places.append(position)
        counts.append(len(entered))
        advances.append(tokens[-1].position + tokens[-1].length if tokens else 0)
    forms = sorted(keys)
    rank = np.empty(len(forms), dtype=np.uint32)
    rank[_uint32([keys[form] for form in forms])] = np.arange(len(forms), dtype=np.uint32)
    flat = rank[_uint32(flat_keys)]
    terms, form_terms = _terms(forms, stemmed)
    variants = form_variants(form_terms)
    starts = np.concatenate([[0], np.cumsum(_uint32(counts))]).astype(np.uint32)
    tokens_of_pieces = Tokens(starts, form_terms[flat], variants[flat], _uint32(places), _uint32(advances))
    return _Dictionary(terms, forms, form_terms, variants), tokens_of_pieces


def _keys(token: Token, tail: bytes) -> tuple[bytes, ...]:
    """The keys under which a token is entered: joined parts with the other places of their word, too."""
    key = token.form.encode() + tail
    return (key,) if token.length == 1 else (key, key + joined_tail(token.length))


def _terms(forms: list[bytes], stemmed: bool) -> tuple[list[bytes], Array]:
    """The sorted terms, and the term of each form."""
    if not stemmed:
        return forms, np.arange(len(forms), dtype=np.uint32)
    stems = [term_of(form.decode()).encode() for form in forms]
    terms = sorted(set(stems))
    place = {term: number for number, term in enumerate(terms)}
    return terms, _uint32([place[each] for each in stems])


def variant_bounds(several: Array, counts: Array) -> Array:
    """Where each term's variants begin, and one more: as many as it has positions if it has several forms, else none."""
    return np.concatenate([[0], np.cumsum(np.where(several, counts, 0))]).astype(np.uint32)


def form_variants(term_of_form: Array) -> Array:
    """Which form of its term each form is, from 0, in the order of the forms."""
    by_term = stable_order(term_of_form)
    first = np.searchsorted(term_of_form[by_term], term_of_form[by_term])
    variant = np.empty(len(term_of_form), dtype=np.uint32)
    variant[by_term] = np.arange(len(term_of_form)) - first
    return variant


def _uint32(numbers: Sequence[int]) -> Array:
    return np.array(numbers, dtype=np.uint32)
