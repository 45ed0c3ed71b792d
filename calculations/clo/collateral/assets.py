"""What is known of one loan or bond: the terms that its projection needs, checked. Dates and flows do not belong here."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from calculations import calendars, daycount
from calculations.clo.collateral.features import AssetEvent, DrawTerms, PikTerms, RateStep

COUPON_TYPES = ("FIXED", "FLOAT")
History = tuple[tuple[dt.date, str], ...]


@dataclass(frozen=True)
class Rejection:
    """An asset that is not projected as asked, with the reason."""

    asset_id: str
    reason: str


@dataclass(frozen=True)
class AssetTerms:
    """One asset of a pool. Rates as decimal fractions a year, money in the deal's currency.

    `par` is what the deal holds, `coupon` the all-in rate of the first projected period whatever the coupon type,
    `spread`, `floor` and `cap` (the last two on the index) serve floaters. `instalments` are (date, amount) in any
    scale, only their shares count; none is a bullet. `market_value` and `purchase_price` are percent of par,
    `market_values` (date, percent of par) what it was before. `kind` is what the deal's discount limits call it,
    `purchased_accrued` interest that was paid for and has not come back. A rating history is (date,
    rating) in order of dates; with fewer than two entries the rating beside it stands for all dates. A feature left
    out is off.

    Raises ValueError naming asset and field. Source: clo-collateral-engine 1.1.
    """

    asset_id: str
    par: float
    coupon: float
    dated: dt.date
    first_payment: dt.date
    maturity: dt.date
    payments_per_year: int = 4
    day_count: str = daycount.US_30_360
    convention: str = ""
    is_end_of_month: bool = False
    coupon_type: str = "FIXED"
    spread: float = 0.0
    floor: float | None = None
    cap: float | None = None
    instalments: tuple[tuple[dt.date, float], ...] = ()
    market_value: float | None = None
    recovery_rate: float | None = None
    kind: str = "loan"
    purchase_price: float | None = None
    market_values: tuple[tuple[dt.date, float], ...] = ()
    purchased_accrued: float = 0.0
    is_defaulted: bool = False
    moodys_rating: str = ""
    sp_rating: str = ""
    moodys_history: History = ()
    sp_history: History = ()
    uses_rating_migration: bool = False
    pik: PikTerms | None = None
    draws: DrawTerms | None = None
    steps: tuple[RateStep, ...] = ()
    events: tuple[AssetEvent, ...] = ()

    def __post_init__(self) -> None:
        if not self.asset_id.strip():
            raise ValueError(f"asset_id must not be blank, found {self.asset_id!r}")
        self._check_numbers()
        for name in ("dated", "first_payment", "maturity"):
            if not isinstance(getattr(self, name), dt.date):
                self._fail(name, "a date", getattr(self, name))
        if self.dated > self.maturity:
            self._fail("dated", f"a date not after maturity {self.maturity}", self.dated)
        # A text is checked where it is stated, so that no row of a projection can fail on it.
        for name, read in (("day_count", daycount.convention), ("convention", calendars.convention)):
            try:
                read(getattr(self, name))
            except ValueError as error:
                raise ValueError(f"asset {self.asset_id}, {name}: {error}") from error
        if self.coupon_type.upper() not in COUPON_TYPES:
            self._fail("coupon_type", " or ".join(COUPON_TYPES), self.coupon_type)
        if self.floor is not None and self.cap is not None and self.cap < self.floor:
            self._fail("cap", f"at least the floor {self.floor}", self.cap)
        for date, amount in self.instalments:
            if not isinstance(date, dt.date):
                self._fail("instalments", "amounts by date", date)
            if not (_is_finite(amount) and amount > 0):
                self._fail(f"instalment of {date}", "an amount > 0", amount)
        self._check_features()
        if self.is_defaulted and self.market_value is None and self.recovery_rate is None:
            self._fail("market_value", "percent of par where the asset is in default", None)

    def _check_numbers(self) -> None:
        # A blank or NaN that passed here would be nothing but NaN in every flow of the whole pool.
        if not (_is_finite(self.par) and self.par >= 0):
            self._fail("par", "a number >= 0", self.par)
        for name in ("coupon", "spread", "floor", "cap"):
            value = getattr(self, name)
            if value is None and name in ("floor", "cap"):
                continue
            if not (_is_finite(value) and abs(value) < 1):
                self._fail(name, "a decimal fraction a year", value)
        percents = [("market_value", self.market_value), ("purchase_price", self.purchase_price)]
        for name, value in [*percents, *((f"market value of {date}", value) for date, value in self.market_values)]:
            if value is not None and not (_is_finite(value) and value >= 0):
                self._fail(name, "percent of par >= 0", value)
        if not (_is_finite(self.purchased_accrued) and self.purchased_accrued >= 0):
            self._fail("purchased_accrued", "a number >= 0", self.purchased_accrued)
        recovery, frequency = self.recovery_rate, self.payments_per_year
        if recovery is not None and not (_is_finite(recovery) and 0 <= recovery <= 1):
            self._fail("recovery_rate", "a fraction from 0 to 1", recovery)
        if not (_is_finite(frequency) and frequency >= 1 and frequency % 1 == 0):
            self._fail("payments_per_year", "a whole number >= 1", self.payments_per_year)

    def _check_features(self) -> None:
        if self.pik is not None and self.pik.balance > self.par:
            self._fail("pik", f"PIK_ABOVE_PAR: capitalised interest of at most par {self.par}", self.pik.balance)
        kind = "spread" if self.is_floating else "coupon"
        for step in self.steps:
            if step.kind != kind:
                self._fail("steps", f"STEP_KIND: steps of the {kind}", step.kind)
        starts = [step.start for step in self.steps]
        if starts != sorted(set(starts)):
            self._fail("steps", "STEP_ORDER: steps in order of dates, one a date", starts)

    def _fail(self, name: str, expected: str, found: object) -> None:
        raise ValueError(f"asset {self.asset_id}, {name}: must be {expected}, found {found!r}")

    @property
    def is_floating(self) -> bool:
        return self.coupon_type.upper() == "FLOAT"

    @property
    def price(self) -> float:
        """Fraction of par the asset is worth: its market value, else its recovery rate, else nothing."""
        if self.market_value is not None:
            return self.market_value / 100.0
        return self.recovery_rate or 0.0

    @property
    def haircut_order(self) -> tuple[bool, float, str]:
        """Where a CCC excess takes it: first without a market value, then by price, ties by id.

        Source: clo-collateral-engine 4.4, Q21.
        """
        return self.market_value is not None, self.price, self.asset_id

    @property
    def capitalises(self) -> bool:
        """Whether its terms let interest be capitalised, or some is already."""
        return self.pik is not None and bool(self.pik.balance or self.pik.shares)

    @property
    def has_rating_history(self) -> bool:
        """Whether an agency's rating depends on the day that is asked for."""
        return len(self.moodys_history) > 1 or len(self.sp_history) > 1

    def is_rated_default(self, date: dt.date) -> bool:
        """Whether either agency rates the asset D on that date. Source: clo-collateral-engine 1.9."""
        agencies = ((self.moodys_rating, self.moodys_history), (self.sp_rating, self.sp_history))
        return any(_rating_on(date, rating, history).strip().upper() == "D" for rating, history in agencies)


def read_assets(rows: Iterable[Mapping[str, Any]]) -> tuple[tuple[AssetTerms, ...], tuple[Rejection, ...]]:
    """Assets from rows by field name, and the rows that are none with the reason; a field left out has its default.

    Each asset id counts once: a second row of it is rejected. Source: clo-collateral-engine Q6, Q27, Q37.
    """
    names = {field.name for field in fields(AssetTerms)}
    assets: dict[str, AssetTerms] = {}
    rejections: list[Rejection] = []
    for row in rows:
        asset_id = str(row.get("asset_id") or "")
        if unknown := sorted(set(row) - names):
            raise ValueError(f"asset columns must be among {', '.join(sorted(names))}; found {', '.join(unknown)}")
        try:
            asset = AssetTerms(**row)
        except (ValueError, TypeError) as error:  # TypeError: a field without default is missing
            reason = str(error)
            rejections.append(Rejection(asset_id, reason if asset_id in reason else f"asset {asset_id}: {reason}"))
            continue
        if asset_id in assets:
            rejections.append(Rejection(asset_id, f"asset {asset_id}: must stand once in a pool, found again"))
            continue
        assets[asset_id] = asset
    return tuple(assets.values()), tuple(rejections)


def with_events(
    assets: Iterable[AssetTerms], events: Iterable[tuple[str, AssetEvent]]
) -> tuple[tuple[AssetTerms, ...], tuple[Rejection, ...]]:
    """Assets with the events of their id added, and those of an asset that is not there, under EVENT_ASSET.

    Source: clo-extensions 3.4.
    """
    held = {asset.asset_id: asset for asset in assets}
    rejections: list[Rejection] = []
    for asset_id, event in events:
        if asset_id not in held:
            reason = f"EVENT_ASSET: the {event.kind} of {event.date} needs an asset of the pool, found {asset_id!r}"
            rejections.append(Rejection(asset_id, reason))
            continue
        held[asset_id] = replace(held[asset_id], events=(*held[asset_id].events, event))
    return tuple(held.values()), tuple(rejections)


def _is_finite(value: Any) -> bool:
    try:
        return math.isfinite(value)
    except TypeError:  # None or text
        return False


def _rating_on(date: dt.date, rating: str, history: History) -> str:
    if len(history) < 2:
        return rating
    known = [text for day, text in history if day <= date]
    return known[-1] if known else rating
