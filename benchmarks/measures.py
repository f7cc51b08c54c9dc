"""Statistics of repeated timings. Times are seconds."""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from statistics import median

Clock = Callable[[], float]

CLOCKS: Mapping[str, Clock] = {"wall": time.perf_counter, "cpu": time.process_time}
"""What time is measured by; `cpu` counts all threads of this process and nothing else on the machine."""


def percentile(values: Sequence[float], share: float) -> float:
    """The least value that so large a share of the values does not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def median_ratio(ours: Sequence[Sequence[float]], theirs: Sequence[Sequence[float]]) -> float:
    """The median over the rounds of the ratio of both medians of a round."""
    return median(median(one) / median(other) for one, other in zip(ours, theirs, strict=True))


def by_question(rounds: Sequence[Sequence[float]]) -> list[float]:
    """For each question its median over the rounds."""
    return [median(times) for times in zip(*rounds, strict=True)]


def milliseconds(seconds: float) -> str:
    """A time with three significant digits at most, in ms."""
    value = seconds * 1000
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:.{digits}f}"


@contextmanager
def quiet_collector() -> Iterator[None]:
    """Collect garbage before, and none while it is measured."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
