"""The NAV workbook of the demo: nothing of it is refused, it holds what the contract lists, and its figures hang together.

The counts are those of input-contracts 6. NAVs are reckoned again here from the sheets alone, by nav 2 and 3.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingestion.extract import Extract, Severity
from ingestion.feeds import Feed
from ingestion.inbox import scan
from ingestion.read import FeedDefaults, read_file
from ingestion.samples import write_demo

SEED = 20160323
AS_OF = dt.date(2025, 12, 31)
Row = dict[str, Any]

EXACT = {
    "nav_projects": 6,
    "nav_project_organizations": 8,
    "nav_share_classes": 30,
    "nav_corporate_actions": 24,
    "fx_rates": 252 * 5,
}
AT_LEAST = {
    "nav_instruments": 180,
    "prices": 46_000,
    "nav_holdings": 9_000,
    "nav_history": 5_000,
    "nav_assumptions": 300,
    "nav_valuations": 60,
    "nav_schedules": 700,
    "nav_pools": 400,
    "nav_reserves": 60,
    "nav_token_supply": 30,
    "nav_production": 48,
    "nav_accruals": 160,
    "nav_capital_activity": 1_500,
    "nav_custodian_positions": 900,
    "nav_custodian_cash": 150,
    "nav_transfer_agent_shares": 400,
}
SUBTYPES = {
    "fund": {"MUTUAL", "HEDGE", "ETF_EQUITY", "ETF_BOND", "ETF_COMMODITY", "MMF", "FUND_OF_FUNDS"},
    "commodity": {"PHYSICAL", "FUTURES"},
    "energy": {"SOLAR", "WIND", "STORAGE", "OIL", "GAS", "HYDRO"},
    "infrastructure": {"CONCESSION", "REGULATED"},
    "asset_backed": {"LOAN_POOL", "INVOICE", "CLIMATE_RECEIVABLE"},
    "stablecoin": {"FIAT", "CRYPTO", "COMMODITY", "ALGORITHMIC", "FRACTIONAL", "REBASING"},
}


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("inbox")
    write_demo(path, parts=("nav",), seed=SEED)
    return path


@pytest.fixture(scope="module")
def state(inbox: Path) -> tuple[Feed, Extract]:
    (file,) = scan(inbox, settle_seconds=0).files
    return read_file(file, loaded_at=dt.datetime(2026, 1, 5, 12), defaults=FeedDefaults())


@pytest.fixture(scope="module")
def rows(state: tuple[Feed, Extract]) -> dict[str, list[Row]]:
    return {name: table.to_pylist() for name, table in state[1].tables.items()}


def products(rows: dict[str, list[Row]]) -> dict[str, list[Row]]:
    return {
        name.removeprefix("nav_").removesuffix("_products"): found
        for name, found in rows.items()
        if name.endswith("_products")
    }


def test_nothing_is_quarantined_and_nothing_is_worse_than_a_default(state: tuple[Feed, Extract]) -> None:
    feed, extract = state
    assert (feed.organization_id, feed.as_of) == ("cedar-assets", AS_OF)
    assert [row.message for row in extract.rejected] == []
    assert {finding.code for finding in extract.findings if finding.severity != Severity.INFO} == set()


def test_every_sheet_has_the_rows_that_the_demo_promises(rows: dict[str, list[Row]]) -> None:
    assert {name: len(rows[name]) for name in EXACT} == EXACT
    assert {name: len(rows[name]) for name, least in AT_LEAST.items() if len(rows[name]) < least} == {}


def test_each_product_type_comes_twice_or_more_and_each_subtype_once_or_more(rows: dict[str, list[Row]]) -> None:
    own = {
        kind: [row for row in found if not row["product_id"].startswith("example-")]
        for kind, found in products(rows).items()
    }
    assert len(own) == 15
    assert {kind for kind, found in own.items() if len(found) < 2} == set()
    assert sum(map(len, own.values())) >= 45
    for kind, subtypes in SUBTYPES.items():
        assert {row["subtype"] for row in own[kind]} == subtypes


def test_all_twenty_four_worked_examples_are_carried(rows: dict[str, list[Row]]) -> None:
    ids = {row["product_id"][:12] for found in products(rows).values() for row in found}
    assert {f"example-e-{number:02d}" for number in range(1, 25)} <= ids


def test_the_special_share_classes_are_there(rows: dict[str, list[Row]]) -> None:
    classes = [row for row in rows["nav_share_classes"] if not row["product_id"].startswith("example-")]
    assert [row["share_class_id"] for row in classes if row["is_hedged"]] == ["cedar-global-equity-h"]
    assert [row["share_class_id"] for row in classes if row["swing"] == "PARTIAL"] == ["cedar-euro-bond-s"]
    assert [row["share_class_id"] for row in classes if row["equalisation"] == "CREDIT_DEBIT"] == ["cedar-macro-p"]
    assert [row["share_class_id"] for row in classes if row["equalisation"] == "INCOME"] == ["cedar-global-equity-d"]
    assert [row["share_class_id"] for row in classes if row["income_policy"] == "DISTRIBUTING"] == [
        "cedar-global-equity-d"
    ]


def test_twenty_instruments_or_more_have_a_second_source(rows: dict[str, list[Row]]) -> None:
    sources = {(row["instrument_id"], row["source"]) for row in rows["prices"] if row["price_type"] == "CLOSE"}
    assert sum(count > 1 for count in Counter(name for name, _ in sources).values()) >= 20


def test_every_daily_product_lists_its_positions_on_each_business_day(rows: dict[str, list[Row]]) -> None:
    """2025 has 261 weekdays, 11 of them US bank holidays. A suspended share deals on no day."""
    daily = {
        row["product_id"]
        for found in products(rows).values()
        for row in found
        if row["nav_frequency"] == "DAILY" and row["status"] != "SUSPENDED"
    }
    assert daily == {*FUNDS, "equity-brindlemark"}
    listed = {(r["product_id"], r["as_of_date"]) for r in rows["nav_holdings"] if r["as_of_date"].year == AS_OF.year}
    assert {each: sum(name == each for name, _ in listed) for each in daily} == dict.fromkeys(daily, 261 - 11)


def test_a_suspended_share_has_no_price_from_that_day_on(rows: dict[str, list[Row]]) -> None:
    (action,) = [row for row in rows["nav_corporate_actions"] if row["action_type"] == "SUSPENSION"]
    days = [row["as_of"].date() for row in rows["prices"] if row["instrument_id"] == action["instrument_id"]]
    assert max(days) < action["ex_date"]


def test_british_shares_are_priced_in_pence(rows: dict[str, list[Row]]) -> None:
    assert {row["currency"] for row in rows["prices"] if row["instrument_id"].startswith("EQ-UK")} == {"GBX"}


def test_the_same_seed_gives_the_same_bytes(inbox: Path, tmp_path: Path) -> None:
    for path in write_demo(tmp_path, parts=("nav",), seed=SEED):
        assert path.read_bytes() == (inbox / path.relative_to(tmp_path)).read_bytes()


def test_the_file_stays_small(inbox: Path) -> None:
    assert (inbox / "cedar-assets" / "nav_workbook_2025-12-31.xlsx").stat().st_size < 6_000_000


class Sheets:
    """The sheets looked up by what a NAV needs, for the reckoning below."""

    def __init__(self, rows: dict[str, list[Row]]) -> None:
        self.rows = rows
        self.instruments = {row["instrument_id"]: row for row in rows["nav_instruments"]}
        self.prices = {
            (row["instrument_id"], row["as_of"].date()): row
            for row in reversed(rows["prices"])  # the first source of an instrument stands first, and stays
        }
        self.quotes = {
            (r["base_currency"], r["quote_currency"], r["as_of"].date()): r["rate"] for r in rows["fx_rates"]
        }
        self.history = {(r["share_class_id"], r["valuation_date"]): r for r in rows["nav_history"]}

    def rate(self, held: str, wanted: str, day: dt.date) -> Decimal:
        """Both legs over the dollar, each from the quote that there is. Source: nav 3, FX."""
        return self._in_dollars(held, day) / self._in_dollars(wanted, day)

    def _in_dollars(self, currency: str, day: dt.date) -> Decimal:
        if currency == "USD":
            return Decimal(1)
        if (currency, "USD", day) in self.quotes:
            return self.quotes[currency, "USD", day]
        return 1 / self.quotes["USD", currency, day]

    def listed(self, product_id: str, day: dt.date) -> list[Row]:
        """The latest list of positions."""
        held = [
            row for row in self.rows["nav_holdings"] if row["product_id"] == product_id and row["as_of_date"] <= day
        ]
        latest = max(row["as_of_date"] for row in held)
        return [row for row in held if row["as_of_date"] == latest]

    def value(self, row: Row, day: dt.date, at_cost: bool) -> Decimal:
        """A position in its own currency: cash, stated, amortised, or quantity x price. Source: nav 2, M-FUND and M-BOND."""
        if row["holding_type"] == "CASH":
            return row["quantity"]
        if row["holding_type"] == "DERIVATIVE":
            return row["unrealised_value"]
        if at_cost and row["amortised_cost"] is not None:
            return row["amortised_cost"]
        terms, price = self.instruments[row["instrument_id"]], self.prices[row["instrument_id"], day]
        if terms["quote_basis"] == "PER_100":
            return row["quantity"] * (price["price"] + accrued(terms, day)) / 100
        return row["quantity"] * price["price"] * (Decimal("0.01") if price["currency"] == "GBX" else 1)

    def dividends(self, held: list[Row], currency: str, day: dt.date) -> Decimal:
        """Receivable from the ex-date until paid. Source: nav 2, M-EQ."""
        quantity = {row["instrument_id"]: row["quantity"] for row in held}
        return sum(
            (
                quantity.get(act["instrument_id"], 0)
                * act["amount_per_unit"]
                * (1 - act["withholding_rate"])
                * self.rate(act["currency"], currency, day)
                for act in self.rows["nav_corporate_actions"]
                if act["action_type"] == "CASH_DIVIDEND" and act["pay_date"] and act["ex_date"] <= day < act["pay_date"]
            ),
            Decimal(0),
        )

    def orders(self, product_id: str, currency: str, day: dt.date) -> Decimal:
        """Priced by an earlier strike and not settled; distributions likewise. Source: nav 3, Shares."""
        return sum(
            (
                (1 if order["activity"] == "SUBSCRIPTION" else -1)
                * order["amount"]
                * self.rate(order["currency"], currency, day)
                for order in self.rows["nav_capital_activity"]
                if order["product_id"] == product_id and order["nav_date"] < day < order["settle_date"]
            ),
            Decimal(0),
        )

    def fees(self, product_id: str, currency: str, day: dt.date) -> Decimal:
        """Rate x basis x days / 365, in force until its last day; stated ones as they stand. Source: nav 3, Accruals."""
        total = Decimal(0)
        for fee in self.rows["nav_accruals"]:
            if fee["product_id"] != product_id or not fee["start_date"] <= day <= (fee["end_date"] or AS_OF):
                continue
            owed = fee["amount"]
            if fee["method"] == "RATE":
                days = (min(day, fee["accrued_to"] or day) - fee["accrued_from"]).days
                owed = fee["basis_amount"] * fee["rate"] * days / 365
            if fee["method"] == "PERFORMANCE":
                owed = self.above_mark(fee["share_class_id"], day)
            total += owed * self.rate(fee["currency"], currency, day)
        return total

    def above_mark(self, class_id: str, day: dt.date) -> Decimal:
        """The fee that the day's net assets are net of: of a gain above the last mark before, rate to the fund's 1 - rate."""
        (rate,) = (r["performance_fee_rate"] for r in self.rows["nav_share_classes"] if r["share_class_id"] == class_id)
        before = max(each for name, each in self.history if name == class_id and each < day)
        row, mark = self.history[class_id, day], self.history[class_id, before]["high_water_mark"]
        return max(row["net_assets"] - mark * row["shares_outstanding"], Decimal(0)) * rate / (1 - rate)


def accrued(terms: Row, day: dt.date) -> Decimal:
    """ACT/ACT ICMA: coupon / frequency x days since the last coupon / days of the period, found by stepping from maturity."""
    if not terms["coupon_rate"]:
        return Decimal(0)
    frequency = int(terms["coupon_frequency"])
    following = previous = terms["maturity_date"]
    while previous > day:
        following, previous = previous, _earlier(previous, 12 // frequency)
    return 100 * terms["coupon_rate"] / frequency * (day - previous).days / (following - previous).days


def _earlier(day: dt.date, months: int) -> dt.date:
    year, month = divmod(12 * day.year + day.month - 1 - months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


# A month end, days between two on which cash moves, days around the split, dividends, coupons and fees, and the last day.
DAYS = ["2025-01-31", "2025-02-18", "2025-04-09", "2025-06-16", "2025-07-14", "2025-10-16", "2025-12-30", "2025-12-31"]
# fmt: off
FUNDS = [
    "cedar-global-equity", "cedar-euro-bond", "cedar-macro", "cedar-us-equity-etf", "cedar-credit-etf",
    "cedar-bullion-etf", "cedar-balanced", "cedar-government-money", "cedar-prime-money", "cedar-euro-liquidity",
]
# fmt: on


@pytest.fixture(scope="module")
def sheets(rows: dict[str, list[Row]]) -> Sheets:
    return Sheets(rows)


@pytest.mark.parametrize("product_id", FUNDS)
def test_the_stated_history_is_what_the_positions_and_accruals_are_worth(sheets: Sheets, product_id: str) -> None:
    product = next(row for row in sheets.rows["nav_fund_products"] if row["product_id"] == product_id)
    currency, at_cost = product["currency"], product["measurement_basis"] != "FAIR_VALUE"
    classes = [row["share_class_id"] for row in sheets.rows["nav_share_classes"] if row["product_id"] == product_id]
    classes = classes or [product_id]  # the implied one
    for day in map(dt.date.fromisoformat, DAYS):
        held = sheets.listed(product_id, day)
        positions = sum(sheets.value(r, day, at_cost) * sheets.rate(r["currency"], currency, day) for r in held)
        net = positions + sheets.dividends(held, currency, day)
        net += sheets.orders(product_id, currency, day) - sheets.fees(product_id, currency, day)
        stated = [sheets.history[each, day] for each in classes]
        total = sum(row["net_assets"] * sheets.rate(row["currency"], currency, day) for row in stated)
        # each class is stated on its own cent
        assert abs(total - net) <= Decimal("0.01") * len(classes), day


def test_a_subscriber_above_the_mark_pays_the_fee_accrued_in_the_nav(sheets: Sheets) -> None:
    """NAV = mark + 0.8 x (gross - mark), so the credit is a quarter of what the NAV is above the mark. Source: nav 3."""
    bought = [
        row
        for row in sheets.rows["nav_capital_activity"]
        if row["share_class_id"] == "cedar-macro-p"
        and row["activity"] == "SUBSCRIPTION"
        and not row["equalises_order_id"]
    ]
    assert {row["investor_nav_basis"] > row["price"] for row in bought} == {True, False}
    for row in bought:
        days = [day for name, day in sheets.history if name == "cedar-macro-p" and day <= row["nav_date"]]
        mark = sheets.history["cedar-macro-p", max(days)]["high_water_mark"]
        credit = max(row["price"] - mark, Decimal(0)) / 4
        assert abs(row["investor_nav_basis"] - row["price"] - credit) <= Decimal("0.0001")
        assert abs(row["amount"] - row["shares"] * row["investor_nav_basis"]) <= Decimal("0.005")


def test_nav_per_share_is_net_assets_over_shares(sheets: Sheets) -> None:
    """Rounded half up at four decimals, so within half of the last one. Source: nav 5, NAV_PER_SHARE_CONSISTENT."""
    for row in sheets.rows["nav_history"]:
        if not row["product_id"].startswith("example-"):
            unswung = row["unswung_nav"] or row["nav_per_share"]
            assert abs(unswung - row["net_assets"] / row["shares_outstanding"]) <= Decimal("0.00005001")


def test_a_class_swings_by_the_flow_of_its_whole_fund(sheets: Sheets) -> None:
    """Subscriptions at their amounts less redeemed shares at the NAV struck, over net assets. Source: nav 3 (Swing), 5."""
    (swinging,) = [r for r in sheets.rows["nav_share_classes"] if r["share_class_id"] == "cedar-euro-bond-s"]
    states: dict[dt.date, dict[str, Row]] = {}
    for row in sheets.rows["nav_history"]:
        if row["product_id"] == swinging["product_id"]:
            states.setdefault(row["valuation_date"], {})[row["share_class_id"]] = row
    factors = []
    for day, classes in sorted(states.items()):
        struck = {name: row["unswung_nav"] or row["nav_per_share"] for name, row in classes.items()}
        flow = sum(
            order["amount"]
            if order["activity"] == "SUBSCRIPTION"
            else -order["shares"] * struck[order["share_class_id"]]
            for order in sheets.rows["nav_capital_activity"]
            if order["product_id"] == swinging["product_id"] and order["nav_date"] == day
        )
        share = flow / sum(row["net_assets"] for row in classes.values())
        factor = swinging["swing_up_rate"] if share > 0 else -swinging["swing_down_rate"]
        dealt = classes[swinging["share_class_id"]]
        if abs(share) <= swinging["swing_threshold_rate"]:
            assert dealt["unswung_nav"] is None, day
        else:
            assert abs(dealt["nav_per_share"] - dealt["unswung_nav"] * (1 + factor)) <= Decimal("0.00005"), day
            factors.append(factor)
    assert {factor > 0 for factor in factors} == {True, False}


def test_a_stable_fund_stays_at_par(sheets: Sheets) -> None:
    stable = [
        r for r in sheets.rows["nav_history"] if r["product_id"] in ("cedar-government-money", "cedar-euro-liquidity")
    ]
    assert {row["nav_per_share"] for row in stable} == {Decimal(1)}


def test_the_books_agree_with_custodian_and_register_but_for_one_break_each(rows: dict[str, list[Row]]) -> None:
    held = {(r["product_id"], r["instrument_id"], r["as_of_date"]): r["quantity"] for r in rows["nav_holdings"]}
    cash_held = {
        (f"{r['share_class_id'] or r['product_id']}-cash", r["currency"], r["as_of_date"]): r["quantity"]
        for r in rows["nav_holdings"]
        if r["holding_type"] == "CASH"
    }
    positions = [
        (row["product_id"], row["instrument_id"], row["as_of_date"])
        for row in rows["nav_custodian_positions"]
        if row["quantity"] != held[row["product_id"], row["instrument_id"], row["as_of_date"]]
    ]
    cash = [
        (row["account_id"], row["as_of_date"])
        for row in rows["nav_custodian_cash"]
        if row["balance"] != cash_held.get((row["account_id"], row["currency"], row["as_of_date"]), 0)
    ]
    history = {(r["share_class_id"], r["valuation_date"]): r["shares_outstanding"] for r in rows["nav_history"]}
    shares = [
        (row["share_class_id"], row["as_of_date"])
        for row in rows["nav_transfer_agent_shares"]
        if row["shares"] != history[row["share_class_id"], row["as_of_date"]]
    ]
    assert positions == [("cedar-global-equity", "EQ-US-03", AS_OF)]
    assert cash == [("cedar-balanced-cash", AS_OF)]
    assert shares == [("cedar-euro-bond-i", AS_OF)]


def test_each_etf_trades_near_its_nav(rows: dict[str, list[Row]]) -> None:
    listed = [row for row in rows["nav_fund_products"] if (row["subtype"] or "").startswith("ETF")]
    assert len(listed) == 3
    closes = Counter(row["instrument_id"] for row in rows["prices"])
    days = len({row["valuation_date"] for row in rows["nav_history"] if row["product_id"] == "cedar-us-equity-etf"})
    assert {row["product_id"]: closes[row["instrument_id"]] for row in listed} == {
        row["product_id"]: days for row in listed
    }
    named = {row["instrument_id"]: row["instrument_type"] for row in rows["nav_instruments"]}
    assert {named[row["instrument_id"]] for row in listed} == {"ETF"}
