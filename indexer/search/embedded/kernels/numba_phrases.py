"""Compiled loops over the places of several words: next to each other, or near."""

from __future__ import annotations

import numpy as np

from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.codec.inversion import SKIP
from indexer.search.embedded.kernels.numba_compile import compiled, compiled_making, compiled_unchecked
from indexer.search.embedded.kernels.numba_followers import by_followers
from indexer.search.embedded.kernels.numba_loops import by_length, first_two, narrow, seek

# So many units are looked at once they have all terms; of more, those where two stand apart are left out before the next term.
FEW = 32


@compiled_making
def phrase(postings: tuple[Array, ...], following: tuple[Array, ...], terms: Array, joined: Array) -> tuple[Array, Array, int]:
    """The units in which terms follow each other; how often; and the most of these numbers.

    following, joined: see there. Where few places of a term are followed by the next one's mark, only these are looked
    at; else the units that have the two rarest terms.
    """
    ids = postings[0]
    begins, ends = np.empty(len(terms), dtype=np.int64), np.empty(len(terms), dtype=np.int64)
    for which in range(len(terms)):
        begins[which], ends[which] = following[0][terms[which]], following[0][terms[which] + 1]
    order = by_length(begins, ends)
    units, rows, held = by_followers(postings, following, terms, begins, ends, order)
    begun = 1
    if held < 0:
        units, rows, held = first_two(ids, begins, ends, order)
        begun = 2
    counts = np.empty(held, dtype=np.uint32)
    for which in range(1, len(order)):
        if which >= begun:
            held = narrow(ids, begins, ends, order, which, units, rows, held)
        if len(order) == 2 or held > FEW:
            apart = order[which] - order[0]
            held = _keep_near(postings, joined, order[: which + 1], (apart, apart), units, rows, counts, held)
    units, counts = units[:held], counts[:held]
    if len(order) > 2:
        firsts = _all_first_positions(postings, rows, held)
        starts = np.empty(min(1 << 8 * postings[1].itemsize, len(postings[3])), dtype=np.int64)
        _count_rows(postings, order, rows, firsts, starts, counts)
    if len(joined):
        _count_covering(postings, joined, units, rows, counts)
    return _listed(units, counts)


@compiled_making
def _keep_near(
    postings: tuple[Array, ...],
    joined: Array,
    terms: Array,
    apart: tuple[int, int],
    units: Array,
    rows: Array,
    counts: Array,
    held: int,
) -> int:
    """Keep the units where the last of some terms stands so far after the first one, and those with joined parts; how many.

    apart: the least and the most positions. counts: how often it does.
    """
    _count_near(postings, rows[terms[0], :held], rows[terms[-1], :held], apart, counts)
    return _keep(_holding(postings[0], joined, units[:held]), terms, units, rows, counts, held)


@compiled
def _keep(kept: Array, terms: Array, units: Array, rows: Array, counts: Array, held: int) -> int:
    """Keep the units with a count, and those that are kept anyhow; how many."""
    count = 0
    for i in range(held):
        # Each is written, and stays where it is kept: no branch to mispredict.
        units[count] = units[i]
        for term in terms:
            rows[term, count] = rows[term, i]
        counted = counts[i]
        counts[count] = counted
        count += (counted > 0) | kept[i]
    return count


@compiled_making
def _count_near(postings: tuple[Array, ...], rows: Array, others: Array, apart: tuple[int, int], counts: Array) -> None:
    """How many places of one term have one of another so far after them, unit by unit."""
    _, freqs, _, positions = postings
    firsts, seconds = np.empty(len(rows), dtype=np.uint32), np.empty(len(rows), dtype=np.uint32)
    often, oftens = np.empty(len(rows), dtype=freqs.dtype), np.empty(len(rows), dtype=freqs.dtype)
    _find_positions(postings, rows, firsts, often)
    _find_positions(postings, others, seconds, oftens)
    if max(_sum_of(often), _sum_of(oftens)) > len(positions):
        raise IndexError  # a damaged file has postings with the same positions: each would be gone through for all of them
    _count_apart(positions, (firsts, often), (seconds, oftens), apart, counts)


@compiled
def _count_apart(
    positions: Array, one: tuple[Array, Array], another: tuple[Array, Array], apart: tuple[int, int], counts: Array
) -> None:
    """The same by where the positions of each begin, and how many they are."""
    firsts, often = one
    seconds, oftens = another
    least, most = apart
    # Most stand once. Nothing here waits for what was read before.
    for i in range(len(firsts)):
        between = np.int64(positions[seconds[i]]) - np.int64(positions[firsts[i]])
        counts[i] = (between >= least) & (between <= most)
    for i in range(len(firsts)):
        if often[i] > 1 or oftens[i] > 1:
            here, other = np.int64(firsts[i]), np.int64(seconds[i])
            end, last = here + often[i], other + oftens[i]
            found = np.int64(0)
            while here < end and other < last:
                between = np.int64(positions[other]) - np.int64(positions[here])
                found += (between >= least) & (between <= most)
                here += between >= least
                other += between < least
            counts[i] = found


@compiled_making
def _holding(ids: Array, joined: Array, units: Array) -> Array:
    """In which units joined parts stand."""
    holding = np.zeros(len(units), dtype=np.bool_)
    for stretch in range(len(joined)):
        i = 0
        for at in range(joined[stretch, 2], joined[stretch, 3]):
            i = seek(units, i, len(units), ids[at])
            if i == len(units):
                break
            holding[i] |= units[i] == ids[at]
    return holding


@compiled
def _count_rows(postings: tuple[Array, ...], order: Array, rows: Array, firsts: Array, starts: Array, counts: Array) -> None:
    """How often terms follow each other in each unit, each of them covering one position.

    firsts: see `_all_first_positions`. starts: room for the positions of a term in a unit.
    """
    _, freqs, _, positions = postings
    for i in range(len(counts)):
        found = 0
        for which in range(len(order)):
            term = order[which]
            place = np.int64(firsts[term, i])
            stop = place + freqs[rows[term, i]]
            if which == 0:
                for here in range(place, stop):
                    starts[found] = np.int64(positions[here]) - term
                    found += 1
                continue
            kept = 0
            for start in range(found):
                wanted = starts[start] + term
                while place < stop and positions[place] < wanted:
                    place += 1
                if place < stop and positions[place] == wanted:
                    starts[kept] = starts[start]
                    kept += 1
            found = kept
            if found == 0:
                break
        counts[i] = found


@compiled_making
def _count_covering(postings: tuple[Array, ...], joined: Array, units: Array, rows: Array, counts: Array) -> None:
    """Count anew where joined parts stand, which cover more than one position."""
    ids, holding = postings[0], _holding(postings[0], joined, units)
    for i in range(len(units)):
        if holding[i]:
            whole = np.empty((len(rows), 2), dtype=np.int64)
            for term in range(len(rows)):
                _set_stretch(postings, rows[term, i], whole[term])
            parts = np.zeros((len(joined), 2), dtype=np.int64)
            for stretch in range(len(joined)):
                at, end = seek(ids, joined[stretch, 2], joined[stretch, 3], units[i]), joined[stretch, 3]
                if at < end and ids[at] == units[i]:
                    _set_stretch(postings, at, parts[stretch])
            counts[i] = _follow(postings[3], whole, joined, parts)


@compiled_making
def _follow(positions: Array, whole: Array, joined: Array, parts: Array) -> int:
    """How many choices of places in one unit follow each other; those that begin and end alike are one.

    whole: where the positions of each term begin and end; parts: those of joined parts among them.
    """
    size = 0
    reached = np.empty((whole[0, 1] - whole[0, 0], 2), dtype=np.int64)
    for place in range(whole[0, 0], whole[0, 1]):
        if size == 0 or reached[size - 1, 0] < positions[place]:
            reached[size] = positions[place]
            size += 1
        elif reached[size - 1, 0] > positions[place]:
            raise IndexError  # a damaged file has positions that fall: each would be looked for among all others
    for term in range(len(whole)):
        on = np.empty((size * (1 + len(joined)), 2), dtype=np.int64)
        count = 0
        for each in range(size):
            start, end = reached[each]
            alone = _standing_at(positions, whole[term], end)
            for stretch in range(len(joined)):
                if joined[stretch, 0] == term:
                    together = _standing_at(positions, parts[stretch], end)
                    alone -= together
                    if together:
                        count = _add(on, count, start, end + joined[stretch, 1])
            if alone > 0:
                count = _add(on, count, start, end + 1)
        reached, size = on, count
    return size


@compiled
def _standing_at(positions: Array, stretch: Array, position: int) -> int:
    """How often a position stands in a stretch of them."""
    first = seek(positions, stretch[0], stretch[1], position)
    last = first
    while last < stretch[1] and positions[last] == position:
        last += 1
    return last - first


@compiled
def _add(reached: Array, count: int, start: int, end: int) -> int:
    """Add what begins and ends so if it is not there; what begins alike stands together."""
    before = count - 1
    while before >= 0 and reached[before, 0] == start:
        if reached[before, 1] == end:
            return count
        before -= 1
    reached[count] = start, end
    return count + 1


@compiled_making
def windows(postings: tuple[Array, ...], stretches: Array, joined: Array, width: int) -> tuple[Array, Array, int, Array]:
    """The same for terms in any order within so many positions; counted are the positions at which such a window begins.

    Then the units with all terms that were not looked at, because joined parts stand there.
    """
    ids = postings[0]
    begins, ends = stretches[:, 0].copy(), stretches[:, 1].copy()
    order = by_length(begins, ends)
    units, rows, held = first_two(ids, begins, ends, order)
    counts = np.empty(held, dtype=np.uint32)
    for which in range(1, len(order)):
        if which > 1:
            held = narrow(ids, begins, ends, order, which, units, rows, held)
        held = _keep_near(postings, joined, order[: which + 1], (1 - width, width - 1), units, rows, counts, held)
    apart = _holding(ids, joined, units[:held])
    left = units[:held][apart]
    firsts, room = _all_first_positions(postings, rows, len(apart)), np.empty((3, len(rows)), dtype=np.int64)
    _count_windows(postings, rows, firsts, apart, room, width, counts)
    found, counted, most = _listed(units[:held], counts)
    return found, counted, most, left


@compiled
def _count_windows(
    postings: tuple[Array, ...], rows: Array, firsts: Array, apart: Array, room: Array, width: int, counts: Array
) -> None:
    """At how many positions a window begins in each unit; none where it is apart.

    firsts: see `_all_first_positions`. room: for three numbers of each term.
    """
    _, freqs, _, positions = postings
    size = len(rows)
    places, stops, following = room[0], room[1], room[2]
    for i in range(len(apart)):
        found = 0
        for term in range(size):
            places[term] = firsts[term, i]
            stops[term] = places[term] if apart[i] else places[term] + freqs[rows[term, i]]
        for term in range(size):
            for other in range(size):
                following[other] = places[other]
            for here in range(places[term], stops[term]):
                begin = int(positions[here])
                held = 0
                for other in range(size):
                    at = following[other]
                    while at < stops[other] and positions[at] < begin:
                        at += 1
                    following[other] = at
                    held += at < stops[other] and positions[at] < begin + width
                found += held == size
        counts[i] = found


@compiled_making
def _listed(units: Array, counts: Array) -> tuple[Array, Array, int]:
    """The units with a count, their counts, and the most of these; moved to the front."""
    count = most = 0
    for i in range(len(units)):
        if counts[i]:
            units[count] = units[i]
            counts[count] = counts[i]
            most = max(most, int(counts[i]))
            count += 1
    return units[:count], counts[:count], most


@compiled_making
def _all_first_positions(postings: tuple[Array, ...], rows: Array, held: int) -> Array:
    """Where the positions of each posting begin: [term, i] for rows[term, i]."""
    firsts, often = np.empty((len(rows), held), dtype=np.uint32), np.empty(held, dtype=postings[1].dtype)
    for term in range(len(rows)):
        _find_positions(postings, rows[term, :held], firsts[term], often)
        if _sum_of(often) > len(postings[3]):
            raise IndexError  # as in `_count_near`
    return firsts


@compiled_unchecked
def _sum_of(numbers: Array) -> int:
    """The sum of some numbers: added up side by side."""
    total = np.int64(0)
    for place in range(len(numbers)):
        total += np.int64(numbers[place])
    return int(total)


@compiled
def _set_stretch(postings: tuple[Array, ...], row: int, out: Array) -> None:
    """Where the positions of one posting begin and end."""
    _, freqs, skips, _ = postings
    posting = np.int64(row)
    place = np.int64(skips[posting // SKIP])
    for before in range(posting // SKIP * SKIP, posting):
        place += freqs[before]
    out[0], out[1] = place, place + freqs[posting]


@compiled_unchecked
def _find_positions(postings: tuple[Array, ...], rows: Array, firsts: Array, often: Array) -> None:
    """Where the positions of some postings begin, and how many they are. Each has a frequency and a block: see Postings."""
    _, freqs, skips, _ = postings
    # In a loop of nothing else, many are fetched from the memory at a time.
    for i in range(len(rows)):
        often[i] = freqs[rows[i]]
        firsts[i] = skips[rows[i] // SKIP]
    for i in range(len(rows)):
        posting = np.int64(rows[i])
        block = posting // SKIP * SKIP
        place = np.uint32(firsts[i])
        # All of a block, with unsigned places and an end that is not known beforehand: else the compiler takes step by step.
        for before in range(block, min(int(block) + SKIP, len(freqs))):
            place += np.uint32(freqs[np.uint64(before)]) * np.uint32(before < posting)
        firsts[i] = place
