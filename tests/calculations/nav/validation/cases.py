"""A strike that every rule passes, with all evidence there is, and short ways to change one thing of it. No expected values.

The fund holds 10 shares of EQ at 100 and 200 of cash, has 1,000 shares and owes a fee; Tuesday 2026-03-10.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from calculations.nav import Accrual, Position, Price, ProductTerms, Rate, ShareClass
from calculations.nav.assumptions import Assumptions
from calculations.nav.market import price_series, rate_series
from calculations.nav.methods.evidence import stated_assumption
from calculations.nav.results import Strike
from calculations.nav.validation import Case, Finding, Opening, PreviousNav, PriceHistory, RuleResult, judge
from calculations.nav.validation.money_market import CODES
from tests.calculations.nav.evidence import Stated, assumed
from tests.calculations.nav_inputs import DAY, POINT, POLICY, RATES, D, cash, equity, fee, price, product, struck

BEFORE = dt.date(2026, 3, 9)
KNOWN = dt.datetime(2026, 3, 10, 20, tzinfo=dt.UTC)
CLOSE = price("EQ", "100")
HELD = (
    Stated(instrument_id="EQ", holding_type="EQUITY", quantity=D(10), currency="USD", as_of_date=DAY),
    Stated(instrument_id="CASH-USD", holding_type="CASH", quantity=D(200), currency="USD", as_of_date=DAY),
)


def at(day: dt.date | dt.datetime, hour: int = 17) -> dt.datetime:
    return day if isinstance(day, dt.datetime) else dt.datetime.combine(day, dt.time(hour), dt.UTC)


def history(*prices: Price) -> PriceHistory:
    """Prices laid out in time; a day means its cut-off."""
    return PriceHistory(price_series(replace(each, as_of=at(each.as_of)) for each in prices))


def rates_in_time(*rates: Rate) -> Any:
    return rate_series(replace(each, as_of=at(each.as_of)) for each in rates)


def row(**fields: Any) -> Stated:
    """A row of a sheet; numbers as text."""
    return Stated({name: D(each) if name in _NUMBERS else each for name, each in fields.items()})


_NUMBERS = (
    "quantity",
    "balance",
    "shares",
    "base_value",
    "amount_per_unit",
    "withholding_rate",
    "ratio_from",
    "ratio_to",
)


def held(*rows: Mapping[str, Any], day: dt.date = DAY) -> tuple[Stated, ...]:
    return tuple(Stated({"as_of_date": day, "holding_type": "EQUITY", "currency": "USD"} | dict(each)) for each in rows)


def action(kind: str, ex_date: dt.date = DAY, **more: Any) -> dict[str, list[Stated]]:
    """One corporate action of EQ."""
    fields = {"action_id": "act-1", "instrument_id": "EQ", "action_type": kind, "ex_date": ex_date, "currency": "USD"}
    return {"EQ": [row(**(fields | more))]}


def custodian(quantity: str, day: dt.date = DAY, instrument: str = "EQ") -> Stated:
    return row(custodian_id="c", account_id="a", instrument_id=instrument, quantity=quantity, as_of_date=day)


def balance(amount: str, oldest: dt.date | None = None, day: dt.date = DAY, currency: str = "USD") -> Stated:
    return row(
        custodian_id="c", account_id="a", currency=currency, balance=amount, as_of_date=day, oldest_break_date=oldest
    )


def registered(shares: str, day: dt.date = DAY, register: str = "TRANSFER_AGENT", share_class: str = "fund") -> Stated:
    return row(register=register, share_class_id=share_class, as_of_date=day, shares=shares)


def previous(nav: str, day: dt.date = BEFORE, share_class: str = "fund") -> dict[str, PreviousNav]:
    return {share_class: PreviousNav(day, D(nav), "ADMINISTRATOR")}


def tested(**changes: Any) -> list[Finding]:
    """A passed result of every money market test, but for the changes by code."""
    return [
        Finding(code, changes.get(code, True), D(1), D(2), "1 of 2")
        for code in CODES
        if changes.get(code, True) != "LACKING"
    ]


def case(
    of: ProductTerms | None = None,
    positions: Sequence[Position] | None = None,
    prices: Sequence[Price] = (CLOSE,),
    accruals: Sequence[Accrual] | None = None,
    classes: Sequence[ShareClass] = (),
    rates: tuple[Rate, ...] = RATES,
    strike: Strike | None = None,
    prices_known: Sequence[Price] | None = None,
    **evidence: Any,
) -> Case:
    """The sound case with other inputs of the strike, or another strike, or other evidence; None takes evidence away.

    `prices_known` are all that there are, where they are not those of the strike and the close of the day before.
    """
    of = of or product(subtype="MUTUAL")
    lots = list(positions) if positions is not None else [equity("EQ", "10"), cash("200")]
    owed = list(accruals) if accruals is not None else [_fee()]
    made = strike or struck(of, lots, list(prices), owed, list(classes), rates)
    before = replace(CLOSE, as_of=BEFORE, price=D("99.5"))
    fields: dict[str, Any] = {
        "organization_id": "house",
        "instruments": {"EQ": {"instrument_type": "EQUITY"}, "BD": {"instrument_type": "BOND"}},
        "terms": Stated(nav_frequency="DAILY", total_expense_ratio=D("0.01"), mmf_regime="US_2A7"),
        "held": HELD,
        "held_when_ex": lambda ex_date: held({"instrument_id": "EQ", "quantity": D(10)}, day=BEFORE),
        "accruals": owed,
        "actions": {},
        "prices": history(*(prices_known if prices_known is not None else (*prices, before))),
        "rate_history": rates_in_time(*rates),
        "previous": previous("1.19"),
        "previous_amounts": {},
        "openings": {each.share_class_id: Opening(BEFORE, D(1)) for each in classes},
        "orders": [],
        "registers": [registered("1000")],
        "custodian_positions": [custodian("10")],
        "custodian_cash": [balance("200")],
        "valuations": [],
        "levels": {},
        "assumptions": Assumptions([stated_assumption(assumed("beta", "1"))], DAY, [("PRODUCT", "p")]),
        "money_market": tested(),
        "published": {},
        "organizations": {"holdings": {"house"}, "prices": {"_shared"}},
        "known_at": KNOWN,
    }
    return Case(made, of, POINT, POLICY, rates, classes, **(fields | evidence))


def _fee() -> Accrual:
    """About 1 % of net assets a year, nine days of it."""
    return fee("mgmt", "0.01", "STATED", 9, basis_amount=D(1200))


@dataclass(frozen=True)
class Scenario:
    """A case and what a rule says of it: the outcome, or NOT_EVALUATED for a failure that lacks evidence."""

    rule_code: str
    kind: str
    about: str
    expected: str
    case: Case
    severity: str | None = None
    actual: Decimal | None = None

    def __str__(self) -> str:
        return f"{self.rule_code}-{self.kind}-{self.about}"


def verdicts(judged: Case, rule_code: str) -> list[RuleResult]:
    return [result for result in judge(judged) if result.rule_code == rule_code]


def word(result: RuleResult) -> str:
    return result.outcome if result.is_evaluated else "NOT_EVALUATED"
