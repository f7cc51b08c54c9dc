"""Paragraphs of our own, the same for the same seed: what generated documents are made of and compared with."""

from __future__ import annotations

from random import Random

_NAMES = ("Ilsa Renn", "Teo Maric", "Mirel Tavasz", "Ostrel", "Velmara", "Cape Hesk", "Karsk", "the Harbour Wire")
_SUBJECTS = (
    "the ministry",
    "a committee of the parliament",
    "the harbour authority",
    "an officer",
    "the third battery",
    "her office",
)
_VERBS = ("counted", "inspected", "ordered", "described", "repaired", "presented", "delivered", "reconsidered", "transported")
_OBJECTS = (
    *("two coastal radars", "the air-defence network", "sixty-four interceptors", "an understanding on maintenance"),
    *("the long-range launchers", "a well-known shortfall", "spare parts for the generators", "the government's commitments"),
    *("U.S. and European components", "the 2.4 billion crowns", "the cross-border exercise", "F-16 simulators"),
)
_PLACES = ("near Ostrel", "at the grain terminal", "on the northern range", "in the old customs house", "along the coast")
_TIMES = ("in the spring", "after eleven months", "on Sunday", "before the winter", "within a fortnight", "in 2025")


def paragraphs(count: int, seed: int = 7) -> list[str]:
    """Distinct paragraphs of one to six sentences."""
    random = Random(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        found[" ".join(_sentence(random) for _ in range(random.choice((1, 2, 2, 3, 3, 4, 6))))] = None
    return list(found)


def headings(count: int, seed: int = 7) -> list[str]:
    """Distinct short headings."""
    random = Random(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        found[f"{random.choice(_VERBS).capitalize()} {random.choice(_PLACES)} {random.choice(_TIMES)}"] = None
    return list(found)


def _sentence(random: Random) -> str:
    subject = random.choice((*_NAMES, *_SUBJECTS))
    parts = [subject[0].upper() + subject[1:], random.choice(_VERBS), random.choice(_OBJECTS)]
    if random.random() < 0.6:
        parts.append(random.choice(_PLACES))
    if random.random() < 0.5:
        parts.append(random.choice(_TIMES))
    if random.random() < 0.3:
        parts[-1] += f", and {random.choice(_SUBJECTS)} {random.choice(_VERBS)} {random.choice(_OBJECTS)}"
    return " ".join(parts) + random.choice((".", ".", ".", "?"))
