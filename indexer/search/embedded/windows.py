"""Windows: all the slots of a phrase with slop, in any order, at disjoint places, with few other positions among them.

A place is (position, positions covered). A choice of one place for each slot fits where the positions from its first to its
last are at most `slop` more than those that it covers. Choices are never enumerated where that can be avoided: words repeat.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple, TypeAlias

from indexer.errors import QueryError

Place: TypeAlias = tuple[int, int]

_STEPS = 50_000
# Farther from every position than a window may be wide.
_BEFORE_ALL = -(1 << 62)


class PlainWindows(NamedTuple):
    """Positions in order: those at which a fitting choice ends, and those that are part of one."""

    ends: list[int]
    members: list[int]


def window_starts(slots: Sequence[Sequence[Place]], slop: int) -> set[int]:
    """The positions at which a fitting choice begins."""
    if not all(slots):
        return set()
    backwards = _plain(slots, slop, -1)
    if backwards is not None:
        return {-position for position in backwards.ends}
    search = _Search(slots, slop)
    places = {place for slot in slots for place in slot}
    return {place[0] for place in places if search.fits(place, at_least=place[0])}


def window_members(slots: Sequence[Sequence[Place]], slop: int, text_bits: int = 0) -> set[Place]:
    """The places that are part of a fitting choice.

    text_bits: of a position, where those of several texts are given: what stands above these bits is the number of its text,
    and no text is so long that a choice could be in two of them. How long choices are looked for is bounded for each text.
    """
    if not all(slots):
        return set()
    plain = _plain(slots, slop, 1)
    if plain is not None:
        return {(position, 1) for position in plain.members}
    if text_bits:
        return {member for choices in _by_text(slots, text_bits) for member in window_members(choices, slop)}
    search = _Search(slots, slop)
    places = {place for slot in slots for place in slot}
    return {place for place in places if search.fits(place, at_least=0)}


def _by_text(slots: Sequence[Sequence[Place]], text_bits: int) -> Iterable[list[list[Place]]]:
    """The places of each text, slot by slot."""
    texts: dict[int, list[list[Place]]] = {}
    for number, slot in enumerate(slots):
        for place in slot:
            texts.setdefault(place[0] >> text_bits, [[] for _ in slots])[number].append(place)
    return texts.values()


def _plain(slots: Sequence[Sequence[Place]], slop: int, sign: int) -> PlainWindows | None:
    """The windows where every place covers one position, else None. sign: that of the positions, -1 to look backwards."""
    if any(covered != 1 for slot in slots for _, covered in slot):
        return None
    return plain_windows([[sign * position for position, _ in slot] for slot in slots], slop)


def plain_windows(slots: Sequence[Collection[int]], slop: int) -> PlainWindows | None:
    """The windows of places of one position each, by these. None where two slots have some of them in common, but not all."""
    # Slots go by number: the positions of one may be thousands, and hashing them takes as long.
    numbers: dict[tuple[int, ...], int] = {}
    needed = [0] * len(slots)
    for slot in slots:
        needed[numbers.setdefault(tuple(slot), len(numbers))] += 1
    # Each position with where the places of its slot begin that are needed and end there.
    places: list[tuple[int, int, int]] = []
    for slot, number in numbers.items():
        if needed[number] == 1:
            places += [(position, position, number) for position in slot]
        else:
            ordered = sorted(slot)
            begins = [_BEFORE_ALL] * (needed[number] - 1) + ordered
            places += [(position, since, number) for position, since in zip(ordered, begins, strict=False)]
    places.sort()
    positions = [position for position, _, _ in places]
    width = len(slots) + slop
    last = [_BEFORE_ALL] * len(numbers)
    ends, members = [], []
    begin = 0
    before = _BEFORE_ALL
    for end, (position, since, number) in enumerate(places):
        if position == before:
            return None
        before = position
        last[number] = since
        if min(last) > position - width:
            ends.append(position)
            while positions[begin] <= position - width:
                begin += 1
            members += positions[begin : end + 1]
            begin = end + 1
    return PlainWindows(ends, members)


class _Search:
    """Looks for one fitting choice with a given place in it, step by step; bounded over all its uses."""

    def __init__(self, slots: Sequence[Sequence[Place]], slop: int) -> None:
        self._slots = [sorted(slot) for slot in slots]
        self._held = [frozenset(slot) for slot in slots]
        self._widest = [max(covered for _, covered in slot) for slot in slots]
        self._reach = slop + sum(self._widest)
        self._steps = 0

    def fits(self, place: Place, at_least: int) -> bool:
        """Whether some choice with this place, and others from a position on, fits."""
        position, covered = place
        begin, end = (max(at_least, position - self._reach),), (position + self._reach,)
        for slot in self._slots:
            first = bisect_left(slot, begin)
            if first == len(slot) or slot[first] > end:
                return False
        everything = range(len(self._slots))
        stretch = (position, position + covered)
        return any(
            place in self._held[number]
            and self._extend(
                [stretch],
                stretch,
                self._reach - self._widest[number] + covered,
                [other for other in everything if other != number],
                at_least,
            )
            for number in everything
        )

    def _extend(self, chosen: list[Place], whole: Place, reach: int, rest: list[int], at_least: int) -> bool:
        """Whether the rest of the slots can be added to some chosen stretches of positions.

        whole: from the first of these to the last; reach: how many positions that may be, the rest covering all they can.
        """
        self._steps += 1
        if self._steps > _STEPS:
            raise QueryError("The words of a phrase with ~ repeat too often to be compared. Use fewer words or no ~.")
        if not rest:
            return True
        first, last = whole
        slot, others = self._slots[rest[0]], rest[1:]
        narrow = reach - self._widest[rest[0]]
        # Only places that leave the window no wider than it may be.
        for at in range(bisect_left(slot, (max(at_least, last - reach),)), bisect_left(slot, (first + reach,))):
            position, covered = slot[at]
            end = position + covered
            begin, stop = min(first, position), max(last, end)
            if (
                stop - begin <= narrow + covered
                and all(end <= start or other <= position for start, other in chosen)
                and self._extend([*chosen, (position, end)], (begin, stop), narrow + covered, others, at_least)
            ):
                return True
        return False
