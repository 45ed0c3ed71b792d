"""What a deal says of its tests: limits, directions, and the figures that limits move with. What a test measures is not here."""

from __future__ import annotations

import bisect
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

MINIMUM, MAXIMUM = "MIN", "MAX"


@dataclass(frozen=True)
class DealTest:
    """One row of a deal's list of tests, in the unit of the test.

    `direction` is MIN or MAX in any case; with none the test has a result and no pass. An `overwrite` stands before every
    other limit, a computed one too; None is no overwrite, and 0 is a limit of 0. A test that
    is not listed is computed for information. Source: clo-compliance 1.2, Q9, Q34.
    """

    number: int
    direction: str | None
    threshold: float | None = None
    overwrite: float | None = None
    previous: float | None = None
    is_listed: bool = True

    @classmethod
    def from_sheet(
        cls,
        number: int,
        direction: str | None,
        threshold: float | None,
        overwrite: float | None = None,
        previous: float | None = None,
    ) -> DealTest:
        """A row of a deal sheet, where an overwrite of 0 means none. Source: clo-workbook 3.2, threshold semantics."""
        return cls(number, direction, threshold, overwrite or None, previous)

    @property
    def is_minimum(self) -> bool | None:
        """True for MIN, False for MAX, None for anything else."""
        return {MINIMUM: True, MAXIMUM: False}.get((self.direction or "").strip().upper())


@dataclass(frozen=True)
class LimitCurve:
    """A limit that holds from one day until the next, in the unit of its test."""

    points: tuple[tuple[dt.date, float], ...]

    def __post_init__(self) -> None:
        days = [day for day, _ in self.points]
        if not days or days != sorted(set(days)):
            raise ValueError(f"a curve needs days in ascending order, each once, found {days}")

    def at(self, day: dt.date) -> float | None:
        """The limit in force on a day; None before the first."""
        place = bisect.bisect_right([point for point, _ in self.points], day)
        return self.points[place - 1][1] if place else None


@dataclass(frozen=True)
class SdrCoefficients:
    """Constants of the S&P scenario default rate as the deal's documents print them.

    SDR = constant + SPWARF x spwarf + DRD x drd + ODM x odm + IDM x idm + RDM x rdm + WAL x wal, signs included.
    """

    constant: float
    spwarf: float
    drd: float
    odm: float
    idm: float
    rdm: float
    wal: float


SDR_TERMS = tuple(item.name for item in fields(SdrCoefficients) if item.name != "constant")


@dataclass(frozen=True)
class DealInputs:
    """The deal's figures on the analysis date; None where not stated, which is not the same as 0.

    Rates and `warr_threshold` are fractions, `warf_threshold` and `warf_factor` rating factors per point of recovery,
    `was_factor` a spread per point of recovery. `cash` is the principal balance of the collection account and may be
    negative. `mwarr` is read only where test 33 is not listed. `base_coupon` and `base_spread` are what an excess of
    coupon or spread begins above, `ccc_limit` the share above which a CCC excess begins, `target_par` an amount.
    `fitch_factors` by rating stand for the shipped ones where the deal's documents print others.
    Source: clo-compliance 1.1, 2.3.
    """

    analysis_date: dt.date | None = None
    cash: float | None = None
    current_libor: float | None = None
    was: float | None = None
    was_factor: float | None = None
    warf_threshold: float | None = None
    warf_factor: float | None = None
    warr_threshold: float | None = None
    jr_oc_denominator: float | None = None
    stated_maturity: dt.date | None = None
    base_currency: str | None = None
    mwarr: float | None = None
    target_par: float | None = None
    base_coupon: float | None = None
    base_spread: float | None = None
    ccc_limit: float | None = None
    sdr: SdrCoefficients | None = None
    fitch_factors: Mapping[str, float] | None = None
    curves: Mapping[str, LimitCurve] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in self.names():
            value = getattr(self, name)
            if isinstance(value, float) and not np.isfinite(value):
                raise ValueError(f"deal input {name} must be a finite number, or None where unknown, found {value}")

    @classmethod
    def names(cls) -> frozenset[str]:
        return frozenset(item.name for item in fields(cls))

    def required(self, name: str) -> Any:
        """A figure that a test takes. Raises MissingInput where the deal does not state it."""
        value = getattr(self, name)
        if value is None:
            raise MissingInput(name)
        return value


class MissingInput(ValueError):
    """A deal input that a test takes and the deal does not state."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"deal input {name.replace('_', ' ')} is not stated")
