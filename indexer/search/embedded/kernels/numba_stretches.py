"""The loop that finds the stretches of texts, for numba: see `numpy_stretches`, which says what a stretch is.

Texts come as UTF-8 that Python wrote, each followed by a byte that stands nowhere else: so a loop over letters ends where a
text does, and no place in an array has to be checked.
"""

from __future__ import annotations

import numpy as np

from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.kernels.numba_compile import ZERO, compiled_making_unchecked, compiled_unchecked

AFTER_TEXT = b"\xff"

_LETTER, _DIGIT, _PARTS, _APOSTROPHE, _SIGN, _HYPHEN, _NO_BREAK, _FOREIGN, _LONGER = range(9)
_AFTER_TEXT = AFTER_TEXT[0]
# Bits of a byte: it is looked at wherever it stands; a needle begins with it; it is a letter or a digit.
_ALWAYS, _BEGINS, _WITHIN = 1, 2, 4
# The bit of lower case, which digits have, too.
_LOWER = 0x20
# What tells letters from each other, and digits, in either case.
_LOWER_BITS = 0x1F
_ANY = np.uint32(0xFFFFFFFF)
# Of the type that a shifted byte has.
_NOT_WITHIN, _ONE = np.uint64(0), np.uint64(1)


def _kinds() -> Array:
    """Byte -> what it is, or that it begins a longer character."""
    kinds = np.full(256, _LONGER, dtype=np.uint8)
    for code in range(0x80):
        character = chr(code)
        kinds[code] = _LETTER if character.isalpha() else _DIGIT if character.isdigit() else _PARTS
    for character, kind in (("'", _APOSTROPHE), (".", _SIGN), (",", _SIGN), ("-", _HYPHEN)):
        kinds[ord(character)] = kind
    kinds[AFTER_TEXT[0]] = _PARTS
    return kinds


def _signs() -> Array:
    """Byte -> the bits that hold for it whatever a query looks for: _WITHIN, or _ALWAYS for what is looked at anywhere."""
    always = np.isin(_KINDS, (_LONGER, _APOSTROPHE))
    always[_AFTER_TEXT] = True
    return (np.where(_KINDS <= _DIGIT, _WITHIN, 0) | np.where(always, _ALWAYS, 0)).astype(np.uint8)


_KINDS = _kinds()
_SIGNS = _signs()


@compiled_unchecked
def longer(text: bytes, at: int) -> tuple[int, int]:
    """The kind of a character of several bytes, and how many these are."""
    code = text[at]
    if code < 0xE0:
        return (_NO_BREAK if code == 0xC2 and text[at + 1] == 0xA0 else _FOREIGN), 2
    if code >= 0xF0:
        return _FOREIGN, 4
    if code == 0xE2 and text[at + 1] == 0x80:
        last = text[at + 2]
        if last in (0x98, 0x99):  # ‘ ’
            return _APOSTROPHE, 3
        if last in (0x93, 0x94, 0x9C, 0x9D, 0xA2, 0xA6):  # – — “ ” • …
            return _PARTS, 3
    return _FOREIGN, 3


@compiled_making_unchecked
def needle_ends(needles: bytes) -> Array:
    """Where each needle's mark stands; before them, at -1, that of none."""
    ends = np.empty(len(needles) // 2 + 1, dtype=np.int64)
    ends[0] = -1
    count = 1
    for at in range(len(needles)):
        if needles[at] <= 1:
            ends[count] = at
            count += 1
    return ends[:count]


@compiled_unchecked
def shared(text: bytes, start: int, end: int, needles: bytes, at: int) -> int:
    """How many letters a run has in common with the needle at a place, from its beginning."""
    common = 0
    while start + common < end and text[start + common] | _LOWER == needles[at + common]:
        common += 1
    return common


@compiled_unchecked
def begins_as(text: bytes, start: int, end: int, needles: bytes, ends: Array) -> int:
    """2 where a run is what a needle says; 1 where a needle goes on from it; else 0."""
    size = end - start
    low, high = 0, len(ends) - 1
    while low < high:
        middle = (low + high) // 2
        at = ends[middle] + 1
        common = shared(text, start, end, needles, at)
        if needles[at + common] > (1 if common == size else text[start + common] | _LOWER):
            high = middle
        else:
            low = middle + 1
    # The needles before `low` are not behind the run: only the last of them can be what it begins with.
    if low:
        common = shared(text, start, end, needles, ends[low - 1] + 1)
        if ends[low - 1] + 1 + common == ends[low] and (needles[ends[low]] == 0 or common == size):
            return 2
    return int(low < len(ends) - 1 and shared(text, start, end, needles, ends[low] + 1) == size)


@compiled_unchecked
def read_stretch(
    text: bytes, at: int, base: int, needles: bytes, ends: Array, signs: Array
) -> tuple[int, int, int, int, bool, int]:
    """Go on behind a stretch; gives the new `at` and `base`, its begin and end, whether it is wanted, and its positions.

    These are -1 where one or more have to be counted.
    """
    begin, end = -1, 0
    wanted, positions, doubt = False, 0, False
    before = sign = _PARTS
    after = at - 1  # where what follows the sign after the last run begins
    kind, size = int(_KINDS[text[at]]), 1
    if kind == _LONGER:
        kind, size = longer(text, at)
    while kind != _PARTS:
        start, first = at, kind
        if kind <= _DIGIT or kind == _FOREIGN:
            begin = begin if begin >= 0 else at - base
        if kind > _DIGIT:
            base += size - 1
            at += size
            if kind == _FOREIGN:
                wanted, end = True, at - base
            kind, size = int(_KINDS[text[at]]), 1
            if kind == _LONGER:
                kind, size = longer(text, at)
        else:
            while _KINDS[text[at]] <= _DIGIT:
                at += 1
            end = at - base
            kind, size = int(_KINDS[text[at]]), 1
            if kind == _LONGER:
                kind, size = longer(text, at)
            # One apostrophe joins letters to the word before; a point, a comma or a space may.
            positions += not (start == after and sign == _APOSTROPHE and first == _LETTER)
            doubt |= start == after and sign in (_SIGN, _NO_BREAK)
            sign, after = kind, at + size
            if not wanted and signs[text[start]] & _BEGINS:
                alike = begins_as(text, start, at, needles, ends)
                wanted = alike == 2 or (alike == 1 and _SIGN <= sign <= _NO_BREAK and _KINDS[text[after]] <= _DIGIT)
            wanted |= before == _APOSTROPHE and sign == _HYPHEN and at - start == 1 and text[start] | _LOWER == ord("s")
        before = first
    return at, base, begin, end, wanted, -1 if doubt else positions


@compiled_making_unchecked
def signs_of(needles: bytes, ends: Array) -> Array:
    """Byte -> its bits; a needle begins with either case of a letter."""
    signs = _SIGNS.copy()
    for place in range(len(ends) - 1):
        first = needles[ends[place] + 1]
        signs[first] |= _BEGINS
        if _KINDS[first] == _LETTER:
            signs[first ^ _LOWER] |= _BEGINS
    return signs


@compiled_making_unchecked
def pairs_of(needles: bytes, ends: Array) -> Array:
    """First letter or digit -> bits of those that may come second: of each their lower bits, which a few others share."""
    pairs = np.zeros(_LOWER_BITS + 1, dtype=np.uint32)
    for place in range(len(ends) - 1):
        at = ends[place] + 1
        second = np.uint32(1) << (needles[at + 1] & _LOWER_BITS)
        pairs[needles[at] & _LOWER_BITS] |= second if at + 1 < ends[place + 1] else _ANY
    return pairs


@compiled_unchecked
def positions_between(text: bytes, at: int, end: int, reach: int, needles: bytes, ends: Array, signs: Array) -> int:
    """How many positions the text takes from behind a stretch to the begin of another: see Kernels.stretches."""
    passed, unsure = ZERO, False
    while at < end and passed < reach:
        start = at
        while _KINDS[text[at]] <= _DIGIT:
            at += 1
        kind, size = int(_KINDS[text[at]]), 1
        if kind == _LONGER:
            kind, size = longer(text, at)
        if kind == _PARTS:  # behind a word, most often
            passed += at > start
            at += size
        else:
            at, _, _, _, _, positions = read_stretch(text, start, ZERO, needles, ends, signs)
            passed += abs(positions)
            unsure |= positions < 0
    return reach if passed >= reach else -1 if unsure else passed


@compiled_unchecked
def may_begin(text: bytes, at: int, needles: bytes, ends: Array) -> tuple[int, int]:
    """2 where what stands here makes its stretch wanted, 1 where it may, else 0; and what follows it."""
    if _KINDS[text[at]] == _APOSTROPHE:  # a possessive that a hyphen follows
        return int(text[at + 1] | _LOWER == ord("s") and text[at + 2] == ord("-")), at + 1
    end = at
    while _KINDS[text[end]] <= _DIGIT:
        end += 1
    return begins_as(text, at, end, needles, ends), end


@compiled_unchecked
def next_begin(text: bytes, at: int, signs: Array, pairs: Array) -> int:
    """The next place, from one on, that is looked at: most bytes are passed over by one look at each and at the one before."""
    place = np.uint64(at)  # a number that may be below 0 would be asked each time whether it is
    sign, within = signs[text[place]], _NOT_WITHIN
    while True:
        if sign & (_ALWAYS | _BEGINS) >> within:
            second = text[place + _ONE] if not sign & _ALWAYS else _AFTER_TEXT
            # Where a sign follows the first letter, the next may stand behind it.
            if not signs[second] & _WITHIN or pairs[text[place] & _LOWER_BITS] >> (second & _LOWER_BITS) & 1:
                return int(np.int64(place))
        within = sign >> 2
        place += _ONE
        sign = signs[text[place]]


@compiled_making_unchecked
def find(text: bytes, needles: bytes, reach: int, alone: bool, out: Array) -> int:
    """List the stretches in `out`: text, start, end, gap of one after the other; gives how many numbers these are.

    alone: whether words by themselves are listed that have no other stretch within reach.
    """
    ends = needle_ends(needles)
    signs, pairs = signs_of(needles, ends), pairs_of(needles, ends)
    found = number = 0
    at = base = ZERO  # base: so much more than the characters before in the same text
    parted = reached = ZERO  # behind the last stretch, text or long character; behind the last wanted stretch
    apart, left_out = True, False  # whether nothing is in reach before; whether the last listed is left out if nothing follows
    while at < len(text):
        at = next_begin(text, at, signs, pairs)
        kind, size = int(_KINDS[text[at]]), 1
        if kind == _LONGER:
            kind, size = longer(text, at)
        if kind == _PARTS:
            base += size - 1
            if text[at] == _AFTER_TEXT:
                number += 1
                base = reached = at + 1
                apart = True
            at += size
            parted = at
            continue
        begins, after = 1, at
        if size == 1:
            begins, after = may_begin(text, at, needles, ends)
            if not begins:
                at = after
                continue
        start = at
        while start > parted and _KINDS[text[start - 1]] != _PARTS:
            start -= 1
        word = begins == 2 and start == at and _KINDS[text[after]] == _PARTS  # by itself, as most are
        if word:
            begin, end, wanted, at = at - base, after - base, True, after
        else:
            at, base, begin, end, wanted, _ = read_stretch(text, start, base, needles, ends, signs)
        parted = at
        if wanted:
            gap = positions_between(text, reached, start, reach, needles, ends, signs) if reach else 0
            apart |= gap >= reach
            found -= 4 * (left_out and apart)
            out[found], out[found + 1], out[found + 2], out[found + 3] = number, begin, end, gap
            found += 4
            left_out = word and apart and not alone
            apart = False
            reached = at
    return found - 4 * left_out
