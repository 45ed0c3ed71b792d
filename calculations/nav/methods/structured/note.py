"""A structured product read from its rows: its components, coupons, underlying and rates. No valuing.

Source: input-contracts 4.1 (Structured Products), 4.3 and 4.4.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property
from itertools import pairwise
from typing import Any

from calculations.nav.assumed_rates import continuous
from calculations.nav.day_fractions import year_fraction
from calculations.nav.market import Row
from calculations.nav.methods.evidence import Evidence, rows_of
from calculations.nav.numbers import times
from calculations.nav.options.vanilla import Lognormal
from calculations.nav.results import Unavailable
from calculations.nav.terms import Price

TYPES = ("CALL", "PUT", "DIGITAL", "KNOCK_IN_PUT", "KNOCK_OUT_CALL", "ZERO", "COUPON")
STRUCTURES = ("PROTECTED_NOTE", "REVERSE_CONVERTIBLE", "BARRIER", "AUTOCALL", "WARRANT", "CUSTOM")
_BARRIERS = {"KNOCK_IN_PUT": ("DOWN_IN", "UP_IN"), "KNOCK_OUT_CALL": ("DOWN_OUT", "UP_OUT")}
_MONITORING = ("CONTINUOUS", "DAILY", "EUROPEAN")


@dataclass(frozen=True)
class Component:
    """A part of the note. `participation` is signed: below zero where the holder has sold it to the issuer."""

    number: int
    type: str
    participation: Decimal
    strike: Decimal | None
    initial_level: Decimal | None
    barrier: Decimal | None
    barrier_type: str | None
    monitoring: str | None

    @property
    def name(self) -> str:
        return f"{self.number}/{self.type}"

    def level(self, field: str) -> Decimal:
        """Its strike, initial level or barrier. Raises Unavailable MISSING_TERMS, DOMAIN."""
        found: Decimal | None = getattr(self, field)
        if found is None:
            raise Unavailable("MISSING_TERMS", f"component {self.name}: {field} must be given, found none")
        if found <= 0:
            raise Unavailable("DOMAIN", f"component {self.name}: {field} must be above 0, found {found}")
        return found


class Note:
    """The note on its valuation day. Whatever is asked of it and not stated raises Unavailable with its reason."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.structure: str = evidence.product["payoff_structure"]
        if self.structure not in STRUCTURES:
            expected = ", ".join(STRUCTURES)
            raise Unavailable("UNKNOWN_SUBTYPE", f"payoff_structure must be one of {expected}; found {self.structure}")
        self.nominal: Decimal = evidence.required("nominal_amount")
        self.maturity: dt.date = evidence.required("maturity_date")

    @cached_property
    def components(self) -> tuple[Component, ...]:
        rows = _json(self.evidence.required("components"))
        if not rows:
            raise Unavailable("MISSING_TERMS", f"{self.evidence.product_id}: at least one component must be given")
        return tuple(self._component(number, row) for number, row in enumerate(rows, 1))

    def _component(self, number: int, row: Mapping[str, Any]) -> Component:
        kind = row.get("type")
        where = f"component {number}/{kind}"
        if kind not in TYPES:
            raise Unavailable("UNKNOWN_SUBTYPE", f"{where}: type must be one of {', '.join(TYPES)}")
        participation = _number(row, "participation", where)
        if participation is None or participation < 0:
            raise Unavailable(
                "MISSING_TERMS", f"{where}: participation must be given, from 0 up, found {participation}"
            )
        sign = _number(row, "sign", where)
        barrier_type, monitoring = row.get("barrier_type"), row.get("monitoring")
        if kind in _BARRIERS:
            if barrier_type not in _BARRIERS[kind]:
                expected = " or ".join(_BARRIERS[kind])
                raise Unavailable("MISSING_TERMS", f"{where}: barrier_type must be {expected}, found {barrier_type}")
            if monitoring not in _MONITORING:
                expected = ", ".join(_MONITORING)
                raise Unavailable("MISSING_TERMS", f"{where}: monitoring must be one of {expected}, found {monitoring}")
        strike, barrier = _number(row, "strike", where), _number(row, "barrier", where)
        return Component(
            number=number,
            type=kind,
            participation=participation if sign is None else participation.copy_sign(sign),
            strike=self.evidence.product["strike_price"] if strike is None else strike,
            initial_level=_number(row, "initial_level", where),
            barrier=self.evidence.product["barrier_level"] if barrier is None else barrier,
            barrier_type=barrier_type,
            monitoring=monitoring,
        )

    @cached_property
    def underlying(self) -> str:
        ids = _json(self.evidence.required("underlying_ids"))
        if len(ids) != 1:
            raise Unavailable(
                "UNSUPPORTED_CONVENTION", f"{self.evidence.product_id}: one underlying is valued, found {len(ids)}"
            )
        return str(ids[0])

    @cached_property
    def spot(self) -> Price:
        """The level of the underlying at the cut-off, in the currency of the note: another would need a quanto."""
        price = self.evidence.price(self.underlying)
        if price.currency != self.evidence.currency:
            raise Unavailable(
                "UNSUPPORTED_CONVENTION",
                f"{self.underlying}: a note in {self.evidence.currency} on a level in {price.currency} is a quanto",
            )
        return price

    def years(self, day: dt.date) -> Decimal:
        """Time from the valuation day, as the product's sheet counts it. Raises Unavailable as `year_fraction`."""
        return times(
            Decimal(1), year_fraction(self.evidence.day, day, self.evidence.product["year_fraction"] or "ACT_365F")
        )

    @cached_property
    def time_left(self) -> Decimal:
        if self.maturity <= self.evidence.day:
            raise Unavailable(
                "DOMAIN", f"{self.evidence.product_id}: time to maturity must be above 0, matures on {self.maturity}"
            )
        return self.years(self.maturity)

    def rate(self, years: Decimal) -> Decimal:
        return continuous(self.evidence.assumptions.stated("risk_free_rate", "FRACTION"), years)

    def spread(self, years: Decimal) -> Decimal:
        issuer = self.evidence.product["issuer_id"]
        scopes = [("ISSUER", issuer)] if issuer else []
        return continuous(self.evidence.assumptions.stated("issuer_spread", "FRACTION", scopes=scopes), years)

    def model(self, years: Decimal) -> Lognormal:
        """The law of the underlying until a payoff in `years`."""
        known, scopes = self.evidence.assumptions, [("INSTRUMENT", self.underlying)]
        dividend = known.stated("dividend_yield", "FRACTION", scopes=scopes)
        volatility = known.value("volatility", "FRACTION", scopes=scopes)
        return Lognormal(self.spot.price, self.rate(years), continuous(dividend, years), volatility, years)

    @property
    def fair_value_level(self) -> int:
        """2 where the volatility is quoted, else 3. Source: nav 2 (M-STR)."""
        volatility = self.evidence.assumptions.stated(
            "volatility", "FRACTION", scopes=[("INSTRUMENT", self.underlying)]
        )
        source = self.evidence.policy.sources.get(volatility.source)
        return 2 if source is not None and source.level <= 2 else 3

    @cached_property
    def coupons(self) -> tuple[Row, ...]:
        """The coupon schedule in the order of its days. Raises Unavailable BAD_SCHEDULE, UNIT_MISMATCH."""
        rows = sorted(
            rows_of(self.evidence.stated.schedules, kind="COUPON_SCHEDULE"), key=lambda row: int(row["sequence"])
        )
        if any(after["event_date"] <= before["event_date"] for before, after in pairwise(rows)):
            raise Unavailable("BAD_SCHEDULE", f"{self.evidence.product_id}: coupons must follow each other in time")
        for row in rows:
            if row["event_date"] > self.maturity:
                raise Unavailable(
                    "BAD_SCHEDULE", f"a coupon must not be after maturity {self.maturity}, found {row['event_date']}"
                )
            if row["currency"] != self.evidence.currency:
                raise Unavailable(
                    "UNIT_MISMATCH", f"coupons must be in {self.evidence.currency}, found {row['currency']}"
                )
        return tuple(rows)

    @property
    def coupons_to_come(self) -> tuple[Row, ...]:
        return tuple(row for row in self.coupons if row["event_date"] > self.evidence.day)


def _json(cell: Any) -> Any:
    """What a cell of JSON holds; the warehouse keeps it as text."""
    return json.loads(cell, parse_float=Decimal) if isinstance(cell, str) else cell


def _number(row: Mapping[str, Any], field: str, where: str) -> Decimal | None:
    found = row.get(field)
    if found is None:
        return None
    try:
        return Decimal(str(found))
    except InvalidOperation as broken:
        raise Unavailable("UNIT_MISMATCH", f"{where}: {field} must be a number, found {found!r}") from broken
