"""Keys: how terms and forms are written in the dictionaries, so that all of one word stand together.

A word; where it is stemmed otherwise than in English, SPOKEN and the stemmer; where it is the joined parts of a hyphenated one,
JOINED and the number of positions that it covers: that entry stands beside the word's own, which has these places, too.
No word holds a control character.
"""

from __future__ import annotations

from indexer.search.stemming import ENGLISH, stem

SPOKEN = "\x1e"
JOINED = "\x1f"
END = ord(" ")
"""What every character of a word comes after, and none of a tail's first ones."""


def tail_of(stemmer: str) -> str:
    """What the keys of words with this stemmer have after the word."""
    return "" if stemmer == ENGLISH else SPOKEN + stemmer


def joined_tail(covered: int) -> bytes:
    """What the keys of joined parts have at their end."""
    return f"{JOINED}{covered}".encode()


def read_tail(tail: str) -> tuple[str, int]:
    """The stemmer and the positions that a tail states."""
    spoken, _, covered = tail.partition(JOINED)
    return spoken[1:] or ENGLISH, int(covered or 1)


def word_of(key: str) -> str:
    """The word of a key; the key itself where it is no more."""
    word = key.partition(SPOKEN)[0].partition(JOINED)[0]
    return key if len(word) == len(key) else word


def is_tail(tail: bytes) -> bool:
    """Whether what follows a word in a key is a tail; otherwise the key's word is a longer one."""
    return not tail or tail[0] < END


def term_of(form: str) -> str:
    """The key of the term that the key of a form belongs to."""
    word = word_of(form)
    tail = form[len(word) :]
    return stem(word, read_tail(tail)[0]) + tail
