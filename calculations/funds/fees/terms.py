"""Fee terms: what an agreement says of the management fee, read from the FEE_STRUCTURE shape. No balances, no amounts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from calculations.funds import shapes
from calculations.funds.fees.day_counts import DayCount


class Basis(StrEnum):
    COMMITMENTS = "COMMITMENTS"
    PAID_IN = "PAID_IN"
    INVESTED_CAPITAL = "INVESTED_CAPITAL"
    NAV = "NAV"
    LOWER_OF_COST_FV = "LOWER_OF_COST_FV"
    UNFUNDED_PLUS_INVESTED = "UNFUNDED_PLUS_INVESTED"
    DISTRIBUTIONS = "DISTRIBUTIONS"


class Frequency(StrEnum):
    MONTHLY = "MONTHLY"
    QUARTERLY = "QUARTERLY"
    SEMI_ANNUAL = "SEMI_ANNUAL"
    ANNUAL = "ANNUAL"


class Timing(StrEnum):
    """ADVANCE: on the first day of the period, on the basis known then. ARREARS: at its end, on the basis day by day."""

    ADVANCE = "ADVANCE"
    ARREARS = "ARREARS"


class NetStep(StrEnum):
    WAIVERS = "WAIVERS"
    REBATES = "REBATES"
    OFFSETS = "OFFSETS"


class StepEvent(StrEnum):
    INVESTMENT_PERIOD_END = "INVESTMENT_PERIOD_END"
    SUCCESSOR_FIRST_FEE = "SUCCESSOR_FIRST_FEE"


_REQUIRED = ("basis", "rate", "frequency", "timing", "day_count")
_KNOWN = (*_REQUIRED, "step_downs", "offset_share", "net_order", "outside_commitment")


@dataclass(frozen=True)
class StepDown:
    """From a day or event on, another basis, another rate, or both; None leaves what was in force before."""

    start: dt.date | StepEvent
    basis: Basis | None
    rate: Decimal | None


@dataclass(frozen=True)
class FeeLetter:
    """What a side letter says of an investor's fee from `effective` until the day before `expiry`.

    Its rate is a ceiling, so that a lower rate of the fund, such as one after a step-down, holds for it too; its basis
    replaces that of the fund. None leaves the fund's.
    """

    effective: dt.date
    expiry: dt.date | None = None
    rate: Decimal | None = None
    basis: Basis | None = None


@dataclass(frozen=True)
class FeeTerms:
    """`rate` is a fraction a year. `offset_share` is the part of portfolio fees that reduces the fee, where agreed for
    all of them; `outside_commitment` says that calls for the fee leave the unfunded commitment alone. `letters` are an
    investor's own.
    """

    basis: Basis
    rate: Decimal
    frequency: Frequency
    timing: Timing
    day_count: DayCount
    step_downs: tuple[StepDown, ...] = ()
    offset_share: Decimal | None = None
    net_order: tuple[NetStep, ...] = tuple(NetStep)
    outside_commitment: bool = False
    letters: tuple[FeeLetter, ...] = ()

    @property
    def bases(self) -> tuple[Basis, ...]:
        """Every basis that may come into force, each once."""
        changed = [*(step.basis for step in self.step_downs), *(letter.basis for letter in self.letters)]
        return tuple(dict.fromkeys((self.basis, *(basis for basis in changed if basis))))


@dataclass(frozen=True)
class Stage:
    """The basis and rate in force from `start`, the first of them from ever (None), until the next."""

    start: dt.date | None
    basis: Basis
    rate: Decimal


@dataclass(frozen=True)
class FundDates:
    """Days of a fund that step-downs hang on; a successor without a first fee date has not charged yet."""

    investment_period_end: dt.date | None = None
    successor_first_fee: dt.date | None = None


def read_fee_terms(structure: Mapping[str, Any]) -> FeeTerms:
    """Terms from a FEE_STRUCTURE; rates and shares are fractions, as texts or numbers, null means absent.

    Raises ValueError for unknown, missing or contradictory keys and values outside their range, each naming the key,
    what was expected and what was found. Source: input-contracts 3.1; fund-admin 1.7.
    """
    given = shapes.keys("fee_structure", structure, _KNOWN, _REQUIRED)
    steps = shapes.items("step_downs", given.get("step_downs", []))
    terms = FeeTerms(
        basis=shapes.choice("basis", given["basis"], Basis),
        rate=shapes.fraction("rate", given["rate"]),
        frequency=shapes.choice("frequency", given["frequency"], Frequency),
        timing=shapes.choice("timing", given["timing"], Timing),
        day_count=shapes.choice("day_count", given["day_count"], DayCount),
        step_downs=tuple(_step_down(f"step_downs[{i}]", step) for i, step in enumerate(steps)),
        offset_share=shapes.number("offset_share", given["offset_share"], at_least=0, at_most=1)
        if "offset_share" in given
        else None,
        net_order=_net_order(given["net_order"]) if "net_order" in given else tuple(NetStep),
        outside_commitment=shapes.flag("outside_commitment", given.get("outside_commitment", False)),
    )
    _check_timing(terms)
    return terms


def with_side_letter(terms: FeeTerms, letter: FeeLetter) -> FeeTerms:
    """The terms of an investor that has a side letter on its fee.

    Raises ValueError for a letter without rate and basis, a rate that is no fraction, an expiry that is not after the
    effective date, and a basis that does not fit the timing. Source: input-contracts 3, Side Letters.
    """
    if letter.rate is None and letter.basis is None:
        raise ValueError(f"side letter of {letter.effective}: expected a FEE_RATE or a FEE_BASIS, found neither")
    if letter.rate is not None:
        shapes.fraction(f"side letter of {letter.effective}: FEE_RATE", letter.rate)
    if letter.expiry is not None and letter.expiry <= letter.effective:
        raise ValueError(f"side letter of {letter.effective}: expected an expiry after that, found {letter.expiry}")
    changed = replace(terms, letters=(*terms.letters, letter))
    _check_timing(changed)
    return changed


def stages(terms: FeeTerms, dates: FundDates) -> tuple[Stage, ...]:
    """The bases and rates of the fund's life in the order of their days.

    The investment period ends with its last day, so its step-down comes the day after; the two others come on their
    day. A successor that has not charged brings none. Raises ValueError where the end of the investment period is
    needed and unknown. Source: fund-admin F-2.
    """
    dated = [(_day_of(step.start, dates), step) for step in terms.step_downs]
    found = [Stage(None, terms.basis, terms.rate)]
    for day, step in sorted(((day, step) for day, step in dated if day), key=lambda pair: pair[0]):
        last = found[-1]
        changed = Stage(
            day, last.basis if step.basis is None else step.basis, last.rate if step.rate is None else step.rate
        )
        found = [*(found[:-1] if last.start == day else found), changed]
    return _under_letters(found, terms.letters)


def _under_letters(found: Sequence[Stage], letters: Sequence[FeeLetter]) -> tuple[Stage, ...]:
    """The stages with those begun by letters that come and go."""
    if not letters:
        return tuple(found)
    days = {day for letter in letters for day in (letter.effective, letter.expiry) if day is not None}
    days |= {stage.start for stage in found[1:] if stage.start is not None}
    under = [found[0]]
    for day in sorted(days):
        basis, rate = next(
            (stage.basis, stage.rate) for stage in reversed(found) if stage.start is None or stage.start <= day
        )
        for letter in letters:
            if letter.effective <= day and (letter.expiry is None or day < letter.expiry):
                basis = basis if letter.basis is None else letter.basis
                rate = rate if letter.rate is None else min(rate, letter.rate)
        under.append(Stage(day, basis, rate))
    return tuple(under)


def _day_of(start: dt.date | StepEvent, dates: FundDates) -> dt.date | None:
    if isinstance(start, dt.date):
        return start
    if start == StepEvent.SUCCESSOR_FIRST_FEE:
        return dates.successor_first_fee
    if dates.investment_period_end is None:
        raise ValueError("step_downs: INVESTMENT_PERIOD_END needs the fund's investment_period_end, found none")
    return dates.investment_period_end + dt.timedelta(days=1)


def _step_down(path: str, given: Any) -> StepDown:
    step = shapes.keys(path, given, ("from", "basis", "rate"), ("from",))
    if "basis" not in step and "rate" not in step:
        raise ValueError(f"{path}: expected a basis, a rate or both, found neither")
    return StepDown(
        start=_start(f"{path}.from", step["from"]),
        basis=shapes.choice(f"{path}.basis", step["basis"], Basis) if "basis" in step else None,
        rate=shapes.fraction(f"{path}.rate", step["rate"]) if "rate" in step else None,
    )


def _start(path: str, given: Any) -> dt.date | StepEvent:
    if isinstance(given, str) and given in tuple(StepEvent):
        return StepEvent(given)
    try:
        return dt.date.fromisoformat(given)
    except (TypeError, ValueError):
        raise ValueError(f"{path}: expected a date (YYYY-MM-DD) or {', '.join(StepEvent)}, found {given!r}") from None


def _net_order(given: Any) -> tuple[NetStep, ...]:
    order = tuple(
        shapes.choice(f"net_order[{i}]", step, NetStep) for i, step in enumerate(shapes.items("net_order", given))
    )
    if sorted(order) != sorted(NetStep):
        raise ValueError(f"net_order: expected each of {', '.join(NetStep)} once, found {given!r}")
    return order


def _check_timing(terms: FeeTerms) -> None:
    if Basis.DISTRIBUTIONS in terms.bases and terms.timing == Timing.ADVANCE:
        raise ValueError("timing: a fee on DISTRIBUTIONS is only known in ARREARS, found 'ADVANCE'")
