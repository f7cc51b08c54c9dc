"""Names and titles that what is being typed may become: values of the fields of names, and titles of documents."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from indexer.fields import FIELDS, FieldKind
from indexer.search.embedded.beginnings import begun_slots, begun_values
from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.codec.segment import Segment
from indexer.search.embedded.facets import count_facet
from indexer.search.embedded.filtered import Filtered
from indexer.search.embedded.kernels import Kernels
from indexer.search.embedded.postings import Lookup
from indexer.search.embedded.slots import node_slots
from indexer.search.embedded.snapshot import Snapshot
from indexer.search.embedded.titles import shortest, titled
from indexer.search.query import Phrase
from indexer.search.request import SearchRequest
from indexer.search.typed import Typed

# Values of these are few and known, and no names.
_NO_NAMES = frozenset({"language", "format", "kind"})
NAMES: tuple[str, ...] = tuple(
    field.name for field in FIELDS if field.facet and field.kind is FieldKind.KEYWORD and field.name not in _NO_NAMES
)
_MOST_WORDS = 4
# Words of titles that begin with less are too many; and less of a name, after other words, is rarely meant.
_LEAST_LETTERS = 3


class Name(NamedTuple):
    """A value of a field, how many records have it, and where in the text that was typed it would stand."""

    records: int
    field: str
    value: str
    start: int


def best_names(snapshot: Snapshot, typed: Typed, kernels: Kernels, limit: int) -> list[Name]:
    """The values with most records that the last words typed begin: as many of these words as any value has."""
    fields = NAMES if typed.field is None else (typed.field,)
    for count in range(min(_MOST_WORDS, len(typed.words)), 0, -1):
        words = typed.words[-count:]
        if count == 1 < len(typed.words) and len(words[0]) < _LEAST_LETTERS:
            return []
        start = typed.head_end if typed.field is not None else typed.last(count)
        begun = {field: begun_values(snapshot, field, " ".join(words), kernels) for field in fields}
        begun = {field: values for field, values in begun.items() if values.any()}
        if begun or typed.field is not None:
            return _most_frequent(snapshot, begun, start, kernels, limit)
    return []


def _most_frequent(snapshot: Snapshot, begun: Mapping[str, Array], start: int, kernels: Kernels, limit: int) -> list[Name]:
    """Of some values of fields, told as masks, those that most live records have."""
    request = SearchRequest(facets=tuple(begun), facet_size=limit)
    matches = [Filtered(segment, segment.live_records, request, kernels) for segment in snapshot.segments]
    found: list[Name] = []
    for field, wanted in begun.items():
        facet = count_facet(field, matches, snapshot, request, kernels, wanted)
        found += [Name(value.count, field, value.value, start) for value in facet.values]
    return sorted(found, key=lambda name: (-name.records, name.field, name.value))[:limit]


def best_titles(segments: Sequence[Segment], typed: Typed, kernels: Kernels, limit: int) -> list[str]:
    """The titles that hold the words typed, the last one perhaps going on: the shortest, then the newest."""
    if len(typed.prefix) < _LEAST_LETTERS and (typed.prefix or not typed.before):
        return []
    found = []
    for segment in segments:
        documents = _titled(segment, typed, kernels)
        if segment.live_by_document is not None:
            documents = documents[segment.live_by_document[documents]]
        for document in shortest(segment, documents):
            one = titled(segment, 0, document, None)
            found.append(((one.length, -one.day, one.document_id), segment.document(document).title))
    return list(dict.fromkeys(title for _, title in sorted(found)))[:limit]


def _titled(segment: Segment, typed: Typed, kernels: Kernels) -> Array:
    """The documents whose titles hold all the words; deleted ones included."""
    lookup = Lookup(segment.postings("title"), kernels)
    each = [lookup.phrase(slots).units for word in typed.before if (slots := node_slots(Phrase(word, field="title")))]
    held = functools.reduce(kernels.intersection, sorted(each, key=len)) if each else None
    if held is not None and not len(held):
        return held
    if typed.prefix:
        begun = lookup.phrase(begun_slots(typed.prefix)).units
        held = begun if held is None else kernels.intersection(held, begun)
    return np.zeros(0, dtype=np.uint32) if held is None else held
