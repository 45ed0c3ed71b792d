"""What rows of a NAV workbook mean to the rules of a money market fund. Figures are reckoned beside each test; source: nav 4.1."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from calculations.nav import Policy, Source
from calculations.nav.market import Market, price_series, rate_series
from calculations.nav.money_market import Compliance, Holding, MoneyMarketFund
from calculations.nav.money_market.judged import JudgedFund
from calculations.nav.money_market.stated import StatedDay
from calculations.nav.stated import StatedProduct
from calculations.nav.strike_days import strike_days
from calculations.nav.strike_inputs import StrikeInputs
from tests.calculations.nav.money_market.books import DAY, D, after

PRODUCT: dict[str, Any] = {
    **dict.fromkeys(("valuation_cutoff", "valuation_calendar", "unitless", "shares_as_of")),
    "product_id": "p",
    "organization_id": "o",
    "currency": "USD",
    "subtype": "MMF",
    "status": "ACTIVE",
    "nav_dp": 4,
    "measurement_basis": "AMORTISED_COST",
    "mmf_regime": "US_2A7",
    "mmf_type": "GOVERNMENT",
    "stable_nav": D(1),
    "shares_outstanding": D(1000),
}
HOLDING: dict[str, Any] = {
    **dict.fromkeys(("share_class_id", "local_value", "base_value", "unrealised_value", "accrued_income", "price")),
    **dict.fromkeys(("price_type", "fair_value_level", "is_non_accrual", "effective_maturity_date", "next_reset_date")),
    **dict.fromkeys(("demand_date", "repo_collateral", "is_illiquid", "is_weekly_liquid", "is_stated_value")),
    "leg": "LONG",
    "lot_id": "",
    "as_of_date": DAY,
    "holding_type": "GOVERNMENT_SECURITIES",
    "currency": "USD",
    "amortised_cost": D(990),
    "source": "ADMINISTRATOR",
    "purchase_date": after(-3),
    "final_maturity_date": after(30),
}
BILL: dict[str, Any] = {
    "instrument_type": "BILL",
    "quote_basis": "PER_100",
    "coupon_kind": "ZERO",
    "is_government": True,
    "issuer_id": "TREASURY",
    "issuer_country": "US",
}


def lot(lot_id: str = "", quantity: str = "1000", price: str | None = "99.1", **more: Any) -> dict[str, Any]:
    priced = {} if price is None else {"price": D(price), "price_type": "CLEAN"}
    return {**HOLDING, "instrument_id": "BILL", "lot_id": lot_id, "quantity": D(quantity), **priced, **more}


def cash(quantity: str, day: dt.date = DAY) -> dict[str, Any]:
    money = {"holding_type": "CASH", "final_maturity_date": None, "amortised_cost": None, "purchase_date": None}
    return {**HOLDING, "instrument_id": "CASH-USD", "quantity": D(quantity), **money, "as_of_date": day}


def product(*holdings: dict[str, Any], **rows: Any) -> StatedProduct:
    empty: dict[str, Any] = dict.fromkeys(("classes", "accruals", "orders", "history", "register"), ())
    return StatedProduct(product_type="fund", row=PRODUCT, holdings=holdings, **(empty | rows))


def market(**instruments: dict[str, Any]) -> Market:
    policy = Policy(sources={"ADMINISTRATOR": Source(level=2, priority=1)})
    return Market({"BILL": BILL, **instruments}, {}, price_series([]), rate_series([]), {}, policy)


def read(stated: StatedProduct, **instruments: dict[str, Any]) -> tuple[MoneyMarketFund, tuple[Holding, ...]]:
    found: StatedDay = JudgedFund(stated, market(**instruments)).read(DAY)
    return found.fund, found.holdings


def accrual(side: str, amount: str | None) -> dict[str, Any]:
    terms = dict.fromkeys(
        ("share_class_id", "rate", "basis", "basis_amount", "annual_amount", "accrued_from", "accrued_to")
    )
    line = {"accrual_id": side, "kind": "OTHER", "side": side, "method": "STATED", "currency": "USD"}
    dates = {"paid_through": None, "day_count": None, "start_date": DAY, "end_date": None}
    return {**terms, **line, **dates, "amount": None if amount is None else D(amount)}


def order(activity: str, amount: str | None, **more: Any) -> dict[str, Any]:
    row = {"order_id": activity, "share_class_id": None, "activity": activity, "status": "PRICED", "nav_date": DAY}
    money = {"settle_date": None, "shares": None, "amount": None if amount is None else D(amount), "currency": "USD"}
    return {**row, **money, "ex_date": None, **more}


def test_a_fund_at_amortised_cost_is_judged_at_market() -> None:
    """1,000 of face at 99.1 are 991; the strike itself takes 990."""
    _, (held,) = read(product(lot()))
    assert (held.market_value, held.amortised_cost, held.is_at_amortised_cost) == (D(991), D(990), True)
    assert held.is_treasury()


def test_lots_share_what_their_line_is_worth() -> None:
    _, held = read(product(lot("a", "300"), lot("b", "700")))
    assert [(h.holding_id, h.market_value) for h in held] == [("BILL/LONG/a", D("297.3")), ("BILL/LONG/b", D("693.7"))]


@pytest.mark.parametrize(("stated", "worth"), [("995", D(995)), (None, None)])
def test_paper_without_a_price_is_worth_what_is_stated(stated: str | None, worth: Decimal | None) -> None:
    _, (held,) = read(product(lot(price=None, base_value=None if stated is None else D(stated))))
    assert held.market_value == worth


def test_only_callable_paper_ends_early() -> None:
    row = lot(effective_maturity_date=after(10))
    _, (plain,) = read(product(row))
    _, (called,) = read(product(row), BILL={**BILL, "is_callable": True})
    assert (plain.redemption_date, called.redemption_date) == (None, after(10))


def test_maturity_and_notice_of_the_instrument_stand_in() -> None:
    terms = {**BILL, "maturity_date": after(40), "demand_notice_days": 7}
    _, (held,) = read(product(lot(final_maturity_date=None)), BILL=terms)
    assert (held.final_maturity_date, held.demand_notice_days, held.redemption_days) == (after(40), 7, None)
    _, (units,) = read(product(lot()), BILL={**terms, "instrument_type": "FUND_UNIT"})
    assert units.redemption_days == 7


def test_accruals_are_the_other_assets_and_the_liabilities() -> None:
    fund, _ = read(product(lot(), accruals=[accrual("ASSET", "5"), accrual("LIABILITY", "7")]))
    assert (fund.other_assets, fund.liabilities) == (D(5), D(7))
    fund, _ = read(product(lot(), accruals=[accrual("LIABILITY", None)]))
    assert (fund.other_assets, fund.liabilities) == (D(0), None)


def test_net_redemptions_are_those_that_the_strike_of_the_day_prices() -> None:
    orders = [
        order("REDEMPTION", "90"),
        order("SUBSCRIPTION", "30"),
        order("REDEMPTION", "500", nav_date=after(-1)),
        order("REDEMPTION", "500", status="CANCELLED"),
        order("INCOME_DISTRIBUTION", "2"),
    ]
    fund, _ = read(product(lot(), orders=orders))
    assert fund.net_redemptions == 60
    fund, _ = read(product(lot(), orders=[order("REDEMPTION", None)]))
    assert fund.net_redemptions is None


def test_shares_of_all_classes_are_the_funds() -> None:
    terms = {
        "currency": "USD",
        "nav_dp": 4,
        "inception_date": None,
        "shares_as_of": None,
        "product_id": "p",
        "swing": None,
        "expense_cap_rate": None,
    }
    classes = [
        {**terms, "share_class_id": name, "shares_outstanding": shares} for name, shares in (("a", D(7)), ("b", D(4)))
    ]
    fund, _ = read(product(lot(), classes=classes))
    assert fund.shares_outstanding == 11
    fund, _ = read(product(lot(), classes=[classes[0], {**classes[1], "shares_outstanding": None}]))
    assert fund.shares_outstanding is None


def verdicts(stated: StatedProduct, rule_code: str) -> list[Compliance]:
    known = market(AGENCY={**BILL, "instrument_type": "BOND"})
    fund = JudgedFund(stated, known)
    return [row for day in strike_days(stated, known) for row in fund.on(day) if row.rule_code == rule_code]


AGENCY: dict[str, Any] = {"instrument_id": "AGENCY", "holding_type": "AGENCY", "purchase_date": DAY}
BOUGHT = (  # agency paper of 1,000 bought on the first day, beside cash that rises on the third
    *(lot("", "1000", **AGENCY), cash("100")),
    *(lot("", "1000", **AGENCY, as_of_date=after(1)), cash("100", after(1))),
    *(lot("", "1000", **AGENCY, as_of_date=after(2)), cash("1500", after(2))),
    *(lot("", "1000", **AGENCY, as_of_date=after(3)), cash("100", after(3))),
)
OUTCOMES = [
    (DAY, "BREACHED"),
    (after(1), "BREACHED"),
    (after(2), "PASSED"),
    (after(3), "PASSIVE"),
]


def test_each_day_is_judged_in_the_light_of_the_one_before() -> None:
    """A breach on the day of purchase and on the next; cured on the third, so that what falls on the fourth is passive."""
    found = verdicts(product(*BOUGHT), "MMF_DLA")
    assert [(row.valuation_date, row.outcome) for row in found] == OUTCOMES


@pytest.mark.parametrize(("day", "outcome"), OUTCOMES)
def test_a_day_asked_for_alone_is_judged_the_same(day: dt.date, outcome: str) -> None:
    stated = product(*BOUGHT)
    fund = JudgedFund(stated, market(AGENCY={**BILL, "instrument_type": "BOND"}))
    assert next(row.outcome for row in fund.on(day) if row.rule_code == "MMF_DLA") == outcome


def test_days_before_are_read_only_while_a_limit_is_not_met(monkeypatch: pytest.MonkeyPatch) -> None:
    stated = product(*BOUGHT)
    fund = JudgedFund(stated, market(AGENCY={**BILL, "instrument_type": "BOND"}))
    read, asked = fund.read, set[dt.date]()

    def noted(day: dt.date, inputs: StrikeInputs | None = None) -> StatedDay:
        asked.add(day)
        return read(day, inputs)

    monkeypatch.setattr(fund, "read", noted)
    fund.on(after(3))
    assert asked == {after(2), after(3)}


def assumption(name: str, value: str, scope: tuple[str, str], **more: Any) -> dict[str, Any]:
    row = {
        "scope_type": scope[0],
        "scope_id": scope[1],
        "assumption": name,
        "as_of": DAY,
        "tenor": "",
        "unit": "FRACTION",
    }
    terms = dict.fromkeys(("value_text", "currency", "compounding", "valid_until"))
    return {**terms, **row, "source": "BOARD", "value": D(value), **more}


@pytest.mark.parametrize(
    ("scope", "bps"), [(("INSTRUMENT", "BILL"), D("0.5")), (("PRODUCT", "p"), D("0.5")), (("PRODUCT", "q"), None)]
)
def test_the_cost_of_selling_is_the_one_assumed(scope: tuple[str, str], bps: Decimal | None) -> None:
    _, (held,) = read(product(lot(), assumptions=[assumption("LIQUIDITY_COST", "0.00005", scope)]))
    assert held.liquidity_cost_bps == bps
