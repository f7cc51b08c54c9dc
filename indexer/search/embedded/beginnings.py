"""Words of which the last is still being typed: the values of a field, or the titles, that have them next to each other."""

from __future__ import annotations

import numpy as np

from indexer.search.analysis import split_words, word_readings
from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.codec.segment import Segment
from indexer.search.embedded.forms import Beginning
from indexer.search.embedded.kernels import Kernels
from indexer.search.embedded.postings import Lookup
from indexer.search.embedded.slots import Slot, Sought, node_slots
from indexer.search.embedded.snapshot import Snapshot
from indexer.search.query import Phrase


def begun_slots(text: str) -> tuple[Slot, ...]:
    """The words of a text in these forms only; of the last one, whatever it may become. None where there is no word."""
    slots = node_slots(Phrase(text, exact=True))
    if not slots:
        return ()
    last = split_words(text)[-1]
    readings: list[tuple[Sought, ...]] = []
    for *before, begun in word_readings(last):
        readings.append((*((form,) for form in before), Beginning(begun)))
    return (*slots[:-1], Slot(tuple(readings), exact=True))


def begun_units(segment: Segment, field: str, text: str, kernels: Kernels) -> Array:
    """The units of a field, values or documents, that have the words of a text in order, the last one perhaps going on."""
    slots = begun_slots(text)
    if not slots:
        return np.zeros(0, dtype=np.uint32)
    return Lookup(segment.postings(field), kernels).phrase(slots).units


def begun_values(snapshot: Snapshot, field: str, text: str, kernels: Kernels) -> Array:
    """The values of a field over all segments that have such words, as a mask by ordinal; never that of none."""
    values = snapshot.values(field)
    mask = np.zeros(len(values) + 1, dtype=bool)
    for segment, places in zip(snapshot.segments, values.places, strict=True):
        units = begun_units(segment, field, text, kernels)
        mask[places[segment.column(field).ordinals_of_units(units)]] = True
    return mask
