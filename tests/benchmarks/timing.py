"""How long work takes: seconds of a call, the spread of repeated ones. What is measured does not belong here."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Spread:
    """The least, middle and greatest of repeated measurements, in their unit."""

    minimum: float
    median: float
    maximum: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.minimum:.2f} to {self.maximum:.2f})"


def spread(measured: Iterable[float]) -> Spread:
    """The spread of at least one measurement."""
    values = sorted(measured)
    return Spread(values[0], statistics.median(values), values[-1])


def seconds(work: Callable[[], Any]) -> float:
    """Wall seconds of one call."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
