"""Columns: a field's values by document, or by record where records of one document differ, and the words of those values."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import numpy as np

from indexer.errors import IndexCorrupt
from indexer.fields import FIELD_BY_NAME, FIELDS, Field, FieldKind
from indexer.search.embedded.codec.arrays import Array, ArraysFile, Strings, bounds_hold, smallest
from indexer.search.embedded.codec.arrays_writer import ArraysWriter
from indexer.search.embedded.codec.inversion import Stemmers, write_inverted

COLUMNS: tuple[str, ...] = tuple(field.name for field in FIELDS if field.facet)
"""The fields with a column of values; their words are indexed once for each distinct value."""

PROSE: tuple[str, ...] = tuple(field.name for field in FIELDS if field.kind is FieldKind.TEXT and not field.facet)
"""The fields without one: their words are indexed for each record (`text`) or each document (`title`)."""


# What is counted by record would be twice as long for a handful of values. All else has one width, whatever the corpus.
_LEAST_BYTES = {"kind": 1}


class Column:
    """A field's values by owner: document or record. `ordinals` hold 0 for none, else a value's place + 1.

    starts: where each owner's ordinals begin, and one more; None for fields of one value. unit_ordinals: the same for the
    units that the field's words are indexed by, of which there are `units`. They are the values, but where owners of one
    value have other stemmers than each other: then each value is a unit for each stemmer. Raises IndexCorrupt where the
    ordinals are not those of the owners one after the other: all of them for many owners would be endless.
    """

    def __init__(self, file: ArraysFile, field: str, owners: int) -> None:
        self.per_document = FIELD_BY_NAME[field].per_document
        self.values: Strings = file.strings(f"{field}.values")
        self.ordinals = file[f"{field}.ordinals"]
        self.starts: Array | None = file[f"{field}.starts"] if FIELD_BY_NAME[field].multi else None
        if self.starts is None and not len(self.ordinals):
            self.ordinals = np.zeros(owners, dtype=np.uint16)
            self.ordinals.flags.writeable = False
        starts, held = self.starts, len(self.ordinals)
        if held != owners if starts is None else not bounds_hold(starts, owners, held):
            raise IndexCorrupt(f"{file.path}: the values of {field} are damaged")
        self.unit_ordinals, self.units = self.ordinals, len(self.values)
        if f"{field}.units" in file:
            self.unit_ordinals = file[f"{field}.units"]
            self.units = int(self.unit_ordinals.max(initial=0))

    def place(self, value: str) -> int:
        """The ordinal of a value, 0 where nothing has it."""
        return self.values.find(value.encode("utf-8", "replace")) + 1

    def value(self, ordinal: int) -> str:
        """The value of an ordinal."""
        found: bytes = self.values[ordinal - 1]
        return found.decode()

    def choice(self, ordinals: Array) -> Array:
        """These ordinals as a mask over all; never that of none."""
        return _mask(ordinals, len(self.values))

    def owners_with_units(self, units: Array) -> Array:
        """Which owners have one of these units (numbers from 0), as a mask over all owners."""
        chosen = _mask(units.astype(np.int64) + 1, self.units)
        if self.starts is None:
            return chosen[self.unit_ordinals]
        mask = np.zeros(len(self.starts) - 1, dtype=bool)
        mask[np.repeat(np.arange(len(mask)), np.diff(self.starts))[chosen[self.ordinals]]] = True
        return mask

    def ordinals_of_units(self, units: Array) -> Array:
        """The ordinals of the values that these units (numbers from 0) are."""
        if self.unit_ordinals is self.ordinals:
            return units.astype(np.int64) + 1
        return np.flatnonzero(_mask(self.ordinals[self.owners_with_units(units)], len(self.values)))

    def units_of(self, owner: int) -> Array:
        """The units of an owner, as numbers from 0."""
        if self.starts is None:
            units = self.unit_ordinals[owner : owner + 1]
        else:
            units = self.ordinals[self.starts[owner] : self.starts[owner + 1]]
        found: Array = units[units > 0].astype(np.int64) - 1
        return found


def _mask(ordinals: Array, count: int) -> Array:
    """Some of so many ordinals as a mask over 0 and all; 0 is never chosen."""
    chosen = np.zeros(count + 1, dtype=bool)
    chosen[ordinals] = True
    chosen[0] = False
    return chosen


class ColumnBuilder:
    """Gathers a field's values owner by owner and writes its arrays."""

    def __init__(self, field: Field) -> None:
        self._field = field
        self._codes: dict[str, int] = {}
        self._owner_codes = array("I")
        self._counts = array("I")

    def add(self, values: Sequence[str]) -> None:
        """The distinct values of the next owner."""
        for value in values:
            self._owner_codes.append(self._codes.setdefault(value, len(self._codes)))
        self._counts.append(len(values))

    def write(self, writer: ArraysWriter, stemmers: Stemmers) -> None:
        """Write the field's arrays. stemmers: of the owners, for stemmed fields."""
        values = sorted(self._codes, key=str.encode)
        place = np.zeros(len(values), dtype=np.uint32)
        place[[self._codes[value] for value in values]] = np.arange(len(values), dtype=np.uint32)
        ordinals = place[np.array(self._owner_codes, dtype=np.uint32)] + 1
        write_column(writer, self._field, values, ordinals, np.array(self._counts, dtype=np.uint32), stemmers)


def write_column(
    writer: ArraysWriter, field: Field, values: Sequence[str], ordinals: Array, counts: Array, stemmers: Stemmers
) -> None:
    """Write a column: sorted values and their words, the ordinals of each owner in a row, and how many each has."""
    if field.multi:
        writer.add(f"{field.name}.starts", np.concatenate([[0], np.cumsum(counts)]).astype(np.uint32))
    else:
        one_each = np.zeros(len(counts), dtype=np.uint32)
        one_each[counts > 0] = ordinals
        ordinals = one_each
    stored = smallest(ordinals, least=_LEAST_BYTES.get(field.name, 2))
    writer.add(f"{field.name}.ordinals", stored if len(values) else stored[:0])
    encoded = [value.encode() for value in values]
    writer.add_strings(f"{field.name}.values", encoded)
    if field.kind is FieldKind.TEXT:
        _write_stemmed(writer, field, encoded, ordinals, stemmers)
    else:
        write_inverted(writer, field.name, encoded, None)


def _write_stemmed(writer: ArraysWriter, field: Field, values: Sequence[bytes], ordinals: Array, stemmers: Stemmers) -> None:
    """Write the words of a column of one value: a unit for each pair of a value and a stemmer that an owner has."""
    each = max(len(stemmers.names), 1)
    pairs = ordinals.astype(np.int64) * each + stemmers.places
    used = np.zeros((len(values) + 1) * each, dtype=bool)
    used[pairs] = True
    used[:each] = False
    found, places = np.divmod(np.flatnonzero(used), each)
    if len(found) > len(values):
        writer.add(f"{field.name}.units", smallest(np.cumsum(used)[pairs], least=2))
    write_inverted(writer, field.name, [values[value - 1] for value in found.tolist()], Stemmers(stemmers.names, places))
