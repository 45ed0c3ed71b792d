"""Scenarios of the rules that look beside the strike: prices, records of others, accruals, actions, orders, calendar.

Limits are those of nav 5; the arithmetic stands beside each number.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from calculations.nav import Price
from calculations.nav.assumptions import Assumptions
from calculations.nav.terms import ProductTerms
from calculations.nav.validation import Case, Finding
from calculations.nav.validation.money_market import CODES
from tests.calculations.nav.evidence import Stated
from tests.calculations.nav.validation.cases import (
    BEFORE,
    Scenario,
    action,
    balance,
    case,
    custodian,
    held,
    previous,
    registered,
    row,
    tested,
)
from tests.calculations.nav.validation.scenarios_strike import S, coin
from tests.calculations.nav_inputs import DAY, D, cash, equity, fee, price, product, stated

MONEY_FUND = product(subtype="MMF")


def close(value: str, before: str | None = None, *others: Price, kind: str = "EQ", **more: Any) -> Case:
    """10 of EQ (or of the bond BD) at `value`, after `before` on the day before."""
    named: dict[str, Any] = {"price_type": "CLEAN"} if kind == "BD" else {}
    terms: dict[str, Any] = (
        {"instrument_type": "BOND", "quote_basis": "PER_100", "accrued_income": D(0)} if kind == "BD" else {}
    )
    now = price(kind, value, **named)
    known = [price(kind, before, as_of=BEFORE, **named)] if before else []
    return case(
        positions=[equity(kind, "10", **terms)], prices=[now], **({"prices_known": [now, *known, *others]} | more)
    )


def second(value: str, kind: str = "EQ", **more: Any) -> Price:
    return price(kind, value, source="VENDOR", **more)


def quoted(bid: str, ask: str) -> Case:
    return close("100", None, price("EQ", bid, price_type="BID"), price("EQ", ask, price_type="ASK"))


def still(days: int, kind: str = "EQ", changed: bool = True) -> Case:
    """The same price on each of the last `days` business days before, another one before those."""
    listed = [price(kind, "100", as_of=day, **({"price_type": "CLEAN"} if kind == "BD" else {})) for day in _back(days)]
    first = (
        [replace(listed[-1] if listed else price(kind, "1"), price=D(99), as_of=dt.date(2026, 1, 5))] if changed else []
    )
    return close("100", None, *listed, *first, kind=kind)


def _back(days: int) -> list[dt.date]:
    found, day = [], DAY
    while len(found) < days:
        day -= dt.timedelta(days=1)
        if day.weekday() < 5 and day != dt.date(2026, 2, 16):
            found.append(day)
    return found


def overridden(**more: Any) -> Case:
    fields = {"price_type": "OVERRIDE", "source": "MANUAL_OVERRIDE", "approval_id": "a-1", "reason": "halted"} | more
    return case(prices=[price("EQ", "100", **fields)])


def oracle(confidence: str | None, source: str = "EXCHANGE") -> Case:
    return case(prices=[price("EQ", "100", source=source, confidence=None if confidence is None else D(confidence))])


def dated(day: dt.date | dt.datetime) -> Case:
    """The strike as if the price of its line were of that time."""
    sound = case()
    lines = tuple(line._replace(price_as_of=day) if line.price is not None else line for line in sound.strike.lines)
    return replace(sound, strike=replace(sound.strike, lines=lines))


NOON = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
DIVIDEND = action("CASH_DIVIDEND", amount_per_unit="3")
SPLIT = action("SPLIT", ratio_from="1", ratio_to="2")

PRICES = [
    S("INPUT_DATED_AHEAD", "passing", "close-of-the-day", "PASSED", case()),
    S("INPUT_DATED_AHEAD", "failing", "after-the-cut-off", "FAILED", dated(dt.datetime(2026, 3, 10, 17, 0, 1, tzinfo=dt.UTC)), "critical"),
    S("INPUT_DATED_AHEAD", "failing", "of-tomorrow", "FAILED", dated(dt.date(2026, 3, 11))),
    S("INPUT_DATED_AHEAD", "failing", "list-of-tomorrow", "FAILED", case(held=held({"instrument_id": "EQ", "quantity": D(10)}, day=dt.date(2026, 3, 11)))),
    S("INPUT_DATED_AHEAD", "failing", "not-known-yet", "FAILED", replace(case(known_at=NOON), strike=dated(dt.datetime(2026, 3, 10, 13, tzinfo=dt.UTC)).strike)),
    S("INPUT_DATED_AHEAD", "boundary", "at-the-cut-off", "PASSED", dated(dt.datetime(2026, 3, 10, 17, tzinfo=dt.UTC))),
    S("PRICE_UNIT", "passing", "up-1-per-cent", "PASSED", close("101", "100")),
    S("PRICE_UNIT", "failing", "pence-for-pounds", "FAILED", close("10150", "100"), "critical", "101.5"),
    S("PRICE_UNIT", "failing", "per-unit-for-per-100", "FAILED", close("0.985", "98", kind="BD"), "critical"),
    S("PRICE_UNIT", "failing", "another-source-is-100-times-less", "FAILED", close("10000", None, second("101"))),
    S("PRICE_UNIT", "passing", "pence-after-pounds-are-the-same", "PASSED",
      case(positions=[equity("EQ", "10", "GBP")], prices=[price("EQ", "10050", "GBX")],
           prices_known=[price("EQ", "10050", "GBX"), price("EQ", "100", "GBP", as_of=BEFORE)])),
    S("PRICE_UNIT", "passing", "split-one-into-a-hundred", "PASSED", close("1", "100", actions=action("SPLIT", ratio_from="1", ratio_to="100"))),
    S("PRICE_UNIT", "boundary", "80-times", "FAILED", close("80", "1")),
    S("PRICE_UNIT", "boundary", "79-times", "PASSED", close("79", "1")),
    S("PRICE_UNIT", "boundary", "125-times", "FAILED", close("125", "1")),
    S("PRICE_UNIT", "boundary", "126-times", "PASSED", close("126", "1")),
    S("PRICE_TOLERANCE", "passing", "equity-up-4-per-cent", "PASSED", close("104", "100")),
    S("PRICE_TOLERANCE", "failing", "equity-up-11-per-cent", "FAILED", close("111", "100"), "warning", "0.11"),
    S("PRICE_TOLERANCE", "failing", "bond-down-3-per-cent", "FAILED", close("97", "100", kind="BD"), "warning", "0.03"),
    S("PRICE_TOLERANCE", "boundary", "equity-down-exactly-10-per-cent", "PASSED", close("90", "100")),
    S("PRICE_TOLERANCE", "boundary", "bond-up-exactly-2-per-cent", "PASSED", close("102", "100", kind="BD")),
    S("PRICE_TOLERANCE", "passing", "corroborated-by-another-source", "PASSED", close("111", "100", second("111.2"))),
    S("PRICE_TOLERANCE", "failing", "the-other-source-says-otherwise", "FAILED", close("111", "100", second("101"))),
    S("PRICE_TOLERANCE", "passing", "dividend-went-ex", "PASSED", close("88", "100", actions=DIVIDEND)),  # 88 / 97 - 1 = -9.3 %
    S("PRICE_TOLERANCE", "failing", "more-than-the-dividend", "FAILED", close("87", "100", actions=DIVIDEND)),  # 87 / 97 - 1 = -10.3 %
    S("PRICE_TOLERANCE", "passing", "split-in-two", "PASSED", close("50.5", "100", actions=SPLIT)),
    S("PRICE_TOLERANCE", "failing", "split-of-the-day-before-is-in-both", "FAILED", close("50.5", "100", actions=action("SPLIT", BEFORE, ratio_from="1", ratio_to="2"))),
    S("PRICE_TOLERANCE", "boundary", "five-days-before-is-a-day-move", "FAILED", close("111", None, price("EQ", "100", as_of=dt.date(2026, 3, 5)))),
    S("PRICE_TOLERANCE", "boundary", "six-days-before-is-none", "NOT_APPLICABLE", close("111", None, price("EQ", "100", as_of=dt.date(2026, 3, 4)))),
    S("PRICE_TOLERANCE", "boundary", "first-price", "NOT_APPLICABLE", close("100")),
    S("PRICE_SOURCE_DIFF", "passing", "20-bp", "PASSED", close("100.2", None, second("100"))),
    S("PRICE_SOURCE_DIFF", "failing", "60-bp", "FAILED", close("100.6", None, second("100")), "warning", "0.006"),
    S("PRICE_SOURCE_DIFF", "passing", "bond-60-bp", "PASSED", close("100.6", None, second("100", "BD", price_type="CLEAN"), kind="BD")),
    S("PRICE_SOURCE_DIFF", "boundary", "exactly-50-bp", "PASSED", close("100.5", None, second("100"))),
    S("PRICE_SOURCE_DIFF", "boundary", "bond-101-bp", "FAILED", close("101.01", None, second("100", "BD", price_type="CLEAN"), kind="BD")),
    S("PRICE_SOURCE_DIFF", "boundary", "of-the-day-before-is-no-second", "NOT_APPLICABLE", close("100.6", None, second("100", as_of=BEFORE))),
    S("PRICE_SPREAD_WIDE", "passing", "1-per-cent", "PASSED", quoted("99.5", "100.5")),
    S("PRICE_SPREAD_WIDE", "failing", "3-per-cent", "FAILED", quoted("98.5", "101.5"), "warning", "0.03"),
    S("PRICE_SPREAD_WIDE", "failing", "crossed", "FAILED", quoted("101", "100")),
    S("PRICE_SPREAD_WIDE", "boundary", "exactly-2-per-cent", "PASSED", quoted("99", "101")),
    S("PRICE_UNCHANGED", "passing", "moved", "PASSED", close("101", "100")),
    S("PRICE_UNCHANGED", "failing", "a-week", "FAILED", still(5), "warning", "5"),
    S("PRICE_UNCHANGED", "boundary", "three-business-days", "FAILED", still(3), "warning", "3"),
    S("PRICE_UNCHANGED", "boundary", "two-business-days", "PASSED", still(2)),
    S("PRICE_UNCHANGED", "boundary", "bond-nine-days", "PASSED", still(9, "BD")),
    S("PRICE_UNCHANGED", "boundary", "bond-ten-days", "FAILED", still(10, "BD"), "warning", "10"),
    S("PRICE_OVERRIDE_OPEN", "passing", "none", "PASSED", case()),
    S("PRICE_OVERRIDE_OPEN", "passing", "approved-until-tomorrow", "PASSED", overridden(valid_until=dt.datetime(2026, 3, 11, tzinfo=dt.UTC)), "warning"),
    S("PRICE_OVERRIDE_OPEN", "failing", "no-expiry", "FAILED", overridden(), "warning"),
    S("PRICE_OVERRIDE_OPEN", "boundary", "expires-at-the-cut-off", "PASSED", overridden(valid_until=dt.datetime(2026, 3, 10, 17, tzinfo=dt.UTC))),
    S("PRICE_CONFIDENCE", "passing", "high", "PASSED", oracle("0.95")),
    S("PRICE_CONFIDENCE", "failing", "low", "FAILED", oracle("0.79"), "warning", "0.79"),
    S("PRICE_CONFIDENCE", "boundary", "exactly-0.8", "PASSED", oracle("0.8")),
    S("PRICE_CONFIDENCE", "boundary", "an-exchange-needs-none", "NOT_APPLICABLE", oracle(None)),
    S("PRICE_CONFIDENCE", "missing", "an-oracle-without", "NOT_EVALUATED", oracle(None, "ORACLE")),
]  # fmt: skip


def listed(*values: str | None) -> Case:
    """Positions of 1,000 and 200, with the values that the list states."""
    rows = [row(instrument_id=f"I{at}", quantity="1") for at, _ in enumerate(values)]
    for each, value in zip(rows, values, strict=True):
        each["base_value"] = None if value is None else D(value)
    return case(held=held(*rows))


def kept(*rows: Any, **more: Any) -> Case:
    return case(custodian_positions=list(rows), **more)


def banked(*rows: Any) -> Case:
    return case(custodian_cash=list(rows))


def charged(rate: str, *others: Any, stated_ratio: str = "0.01", days: int = 9) -> Case:
    terms = Stated(total_expense_ratio=D(stated_ratio))
    owed = [fee("m", rate, "STATED", days, basis_amount=D(1200)), *others]
    return case(positions=[cash("1200")], prices=[], accruals=owed, terms=terms)


MONTH_END = dt.date(2026, 2, 3)  # 35 days before
TOKENS = {"chain": "c", "as_of": dt.datetime(2026, 3, 10, 12), "block_number": 7, "token_decimals": 6}

RECORDS = [
    S("WEIGHTS_SUM", "passing", "as-struck", "PASSED", listed("1000", "200")),
    S("WEIGHTS_SUM", "failing", "2-per-cent-more", "FAILED", listed("1024", "200"), "warning", "0.02"),
    S("WEIGHTS_SUM", "boundary", "1-per-cent-less", "PASSED", listed("988", "200")),
    S("WEIGHTS_SUM", "boundary", "not-all-state-a-value", "NOT_APPLICABLE", listed("1000", None)),
    S("POSITION_RECON", "passing", "equal", "PASSED", case()),
    S("POSITION_RECON", "failing", "one-short", "FAILED", kept(custodian("9")), "critical", "-1"),
    S("POSITION_RECON", "failing", "not-in-the-books", "FAILED", kept(custodian("10"), custodian("3", instrument="XX")), "critical", "3"),
    S("POSITION_RECON", "failing", "not-with-the-custodian", "FAILED", kept(custodian("1", instrument="CASH-USD"), custodian("0")), "critical"),
    S("POSITION_RECON", "passing", "two-accounts", "PASSED", kept(custodian("4"), custodian("6"))),
    S("POSITION_RECON", "boundary", "a-billionth", "FAILED", kept(custodian("10.000000001"))),
    S("POSITION_RECON", "boundary", "last-record-35-days-ago", "NOT_APPLICABLE", kept(custodian("10", MONTH_END))),
    S("POSITION_RECON", "missing", "last-record-36-days-ago", "NOT_EVALUATED", kept(custodian("10", MONTH_END - dt.timedelta(days=1)))),
    S("POSITION_RECON", "missing", "no-record", "NOT_EVALUATED", kept()),
    S("CASH_RECON", "passing", "equal", "PASSED", case()),
    # net assets 1,199.704: 1 bp is 0.11997
    S("CASH_RECON", "failing", "old-break-of-1-dollar", "FAILED", banked(balance("201", dt.date(2026, 3, 1))), "critical"),
    S("CASH_RECON", "failing", "break-of-unknown-age", "FAILED", banked(balance("201"))),
    S("CASH_RECON", "failing", "unknown-currency-at-the-bank", "FAILED", banked(balance("200"), balance("5", currency="EUR"))),
    S("CASH_RECON", "boundary", "just-within-1-bp", "PASSED", banked(balance("200.11"))),
    S("CASH_RECON", "boundary", "just-beyond-1-bp", "FAILED", banked(balance("200.12"))),
    S("CASH_RECON", "boundary", "three-days-old", "PASSED", banked(balance("250", dt.date(2026, 3, 7)))),
    S("CASH_RECON", "boundary", "four-days-old", "FAILED", banked(balance("250", dt.date(2026, 3, 6)))),
    S("CASH_RECON", "missing", "no-record", "NOT_EVALUATED", banked()),
    S("CASH_RECON", "missing", "no-rate-for-the-break", "NOT_EVALUATED", banked(balance("200"), balance("5", currency="SEK"))),
    S("SHARES_RECON", "passing", "equal", "PASSED", case(registers=[registered("1000"), registered("1000", register="BOOKS")])),
    S("SHARES_RECON", "failing", "agent-has-more", "FAILED", case(registers=[registered("1012.5"), registered("1000", register="BOOKS")]), "critical", "12.5"),
    S("SHARES_RECON", "failing", "books-have-less", "FAILED", case(registers=[registered("1000"), registered("999", register="BOOKS")]), "critical", "-1"),
    S("SHARES_RECON", "boundary", "on-chain-within-one-unit", "PASSED",
      case(token_supply=[Stated(TOKENS, total_supply_units=D(1000000001), register_supply=D(1000))])),
    S("SHARES_RECON", "boundary", "on-chain-two-units-off", "FAILED",
      case(token_supply=[Stated(TOKENS, total_supply_units=D(1000000002), register_supply=D(1000))])),
    S("SHARES_RECON", "boundary", "record-of-the-month-before", "NOT_APPLICABLE", case(registers=[registered("1000", MONTH_END)])),
    S("SHARES_RECON", "missing", "no-record", "NOT_EVALUATED", case(registers=[])),
    S("ACCRUAL_REASONABLE", "passing", "1-per-cent", "PASSED", charged("0.01")),
    S("ACCRUAL_REASONABLE", "failing", "half-of-what-is-stated", "FAILED", charged("0.005"), "warning"),
    # on net assets of 1,200 less the fee itself: 0.0109 / (1 - 0.0109 x 9/365) = 0.0109029, 9.03 % more
    S("ACCRUAL_REASONABLE", "boundary", "9-per-cent-more", "PASSED", charged("0.0109")),
    S("ACCRUAL_REASONABLE", "boundary", "10.03-per-cent-more", "FAILED", charged("0.0110")),
    S("ACCRUAL_REASONABLE", "boundary", "what-has-ended-counts-no-more", "PASSED",
      charged("0.01", fee("old", "0.01", "STATED", 40, basis_amount=D(1200), accrued_to=BEFORE))),
    S("ACCRUAL_REASONABLE", "boundary", "begins-today", "NOT_APPLICABLE", charged("0.01", days=0)),
    S("ACCRUAL_REASONABLE", "boundary", "no-ratio-stated", "NOT_APPLICABLE", case(terms=Stated())),
    S("ACCRUAL_REASONABLE", "missing", "nothing-accrues", "FAILED", case(accruals=[])),
    S("ACCRUAL_FLAT", "passing", "grown", "PASSED", case(previous_amounts={"accrual//mgmt": D("-0.2")})),
    S("ACCRUAL_FLAT", "failing", "as-at-the-last-strike", "FAILED", case(previous_amounts={"accrual//mgmt": case().lines_by_id["accrual//mgmt"].base_amount}), "warning"),
    S("ACCRUAL_FLAT", "failing", "nothing", "FAILED", case(accruals=[fee("m", "0.01", "STATED", 9, basis_amount=D(0))])),
    S("ACCRUAL_FLAT", "boundary", "paid-up-to-the-day-before", "NOT_APPLICABLE", case(accruals=[fee("m", "0.01", "STATED", 9, basis_amount=D(1200), paid_through=BEFORE)])),
    S("ACCRUAL_FLAT", "missing", "not-reckoned", "NOT_EVALUATED", case(accruals=[fee("m", "0.01", "PREVIOUS_NET_ASSETS", 9)])),
]  # fmt: skip


def owed(amount: str | None, **more: Any) -> Case:
    """A dividend of 3 on 10 shares, booked as `amount`."""
    booked = [] if amount is None else [replace(stated("x", "RECEIVABLE", amount, "ASSET"), accrual_id="act-1/EQ/LONG")]
    fields = {"amount_per_unit": "3", "pay_date": dt.date(2026, 3, 20)} | more
    return case(accruals=booked, actions=action("CASH_DIVIDEND", BEFORE, **fields))


def happened(kind: str, now: str = "10", day: dt.date = DAY, listed_on: dt.date = DAY, **more: Any) -> Case:
    """10 held the day before, `now` struck from the list in force, and an action in between."""
    struck_now = [cash("1"), *([equity("EQ", now)] if now != "0" else [])]
    rows = held(row(instrument_id="EQ", quantity="10" if listed_on < DAY else now), day=listed_on)
    return case(positions=struck_now, held=rows, actions=action(kind, day, **more))


ACTIONS = [
    S("EXDIV_BOOKED", "passing", "booked", "PASSED", owed("30")),
    S("EXDIV_BOOKED", "passing", "net-of-withholding", "PASSED", owed("25.5", withholding_rate="0.15")),
    S("EXDIV_BOOKED", "failing", "not-booked", "FAILED", owed(None), "critical"),
    S("EXDIV_BOOKED", "failing", "gross-of-withholding", "FAILED", owed("30", withholding_rate="0.15"), "critical", "30"),
    S("EXDIV_BOOKED", "boundary", "a-cent-off", "PASSED", owed("30.01")),
    S("EXDIV_BOOKED", "boundary", "paid-today", "NOT_APPLICABLE", owed(None, pay_date=DAY)),
    S("EXDIV_BOOKED", "boundary", "ex-tomorrow", "NOT_APPLICABLE", case(actions=action("CASH_DIVIDEND", dt.date(2026, 3, 11), amount_per_unit="3"))),
    S("EXDIV_BOOKED", "missing", "no-amount", "NOT_EVALUATED", case(actions=action("CASH_DIVIDEND", BEFORE))),
    S("CORP_ACTION", "passing", "split-reflected", "PASSED", happened("SPLIT", "20", ratio_from="1", ratio_to="2")),
    S("CORP_ACTION", "failing", "split-not-reflected", "FAILED", happened("SPLIT", "10", ratio_from="1", ratio_to="2"), "critical", "10"),
    S("CORP_ACTION", "passing", "older-list-carried-over-the-split", "PASSED", happened("SPLIT", "20", listed_on=BEFORE, ratio_from="1", ratio_to="2")),
    S("CORP_ACTION", "failing", "older-list-not-carried-over", "FAILED", happened("SPLIT", "10", listed_on=BEFORE, ratio_from="1", ratio_to="2"), "critical", "10"),
    S("CORP_ACTION", "passing", "one-more-for-ten", "PASSED", happened("STOCK_DIVIDEND", "11", ratio_from="10", ratio_to="1")),
    S("CORP_ACTION", "failing", "stock-dividend-not-reflected", "FAILED", happened("STOCK_DIVIDEND", "10", ratio_from="10", ratio_to="1")),
    S("CORP_ACTION", "failing", "merged-and-still-held", "FAILED", happened("MERGER"), "critical", "10"),
    S("CORP_ACTION", "passing", "merged-and-gone", "PASSED", happened("MERGER", "0")),
    S("CORP_ACTION", "failing", "spun-off-and-not-held", "FAILED", happened("SPIN_OFF", new_instrument_id="NEW")),
    S("CORP_ACTION", "boundary", "split-tomorrow", "NOT_APPLICABLE", happened("SPLIT", day=dt.date(2026, 3, 11), ratio_from="1", ratio_to="2")),
    S("CORP_ACTION", "boundary", "split-before-the-last-strike", "PASSED", happened("SPLIT", day=BEFORE, ratio_from="1", ratio_to="2")),
    S("CORP_ACTION", "boundary", "traded-on-the-day-of-the-split", "PASSED", happened("SPLIT", "17", ratio_from="1", ratio_to="2")),
    S("CORP_ACTION", "missing", "split-without-a-ratio", "FAILED", happened("SPLIT")),
]  # fmt: skip


def ordered(status: str, trade: dt.date, nav: dt.date | None = None, times: int = 1, **more: Any) -> Case:
    order = Stated(order_id="o-1", status=status, trade_date=trade, nav_date=nav, activity="SUBSCRIPTION")
    return case(orders=[order] * times, **more)


def benchmarked(nav_before: str, level: str | None = "101", *, of: ProductTerms | None = None, **more: Any) -> Case:
    """NAV 1.0000 after `nav_before`, while the index went from 100 to `level`."""
    levels = {BEFORE: D(100)} | ({} if level is None else {DAY: D(level)})
    fields = {"terms": Stated(benchmark_index_id="IX"), "levels": {"IX": levels}, "previous": previous(nav_before)}
    return case(of or product(subtype="MUTUAL"), [cash("1000")], [], [], **(fields | more))


def appraised(day: dt.date, method: str = "EXTERNAL_APPRAISAL", **more: Any) -> Case:
    fields = {"valuation_id": "v-1", "subject_id": "house", "valuation_date": day, "method": method}
    terms = product(product_type=more.pop("product_type", "real_estate"), subtype=None)
    return case(terms, valuations=[Stated(fields | more)])


def dealt(frequency: str | None, last: dt.date | None = BEFORE, day: dt.date = DAY, **more: Any) -> Case:
    """The sound case moved to another day, after a strike on `last`."""
    sound = case(terms=Stated(nav_frequency=frequency), previous={} if last is None else previous("1.19", last), **more)
    return replace(sound, point=replace(sound.point, date=day, cutoff=sound.point.cutoff + (day - DAY)))


SATURDAY = dt.date(2026, 3, 7)
MONTH_LAST = dt.date(2026, 2, 28)  # a Saturday
HOLIDAY = dt.date(2026, 2, 16)

OTHERS = [
    S("SUBRED_PENDING", "passing", "priced", "PASSED", ordered("PRICED", BEFORE, BEFORE)),
    S("SUBRED_PENDING", "failing", "passed-over", "FAILED", ordered("ORDERED", dt.date(2026, 3, 6)), "critical"),
    S("SUBRED_PENDING", "failing", "of-the-last-strike-and-not-priced", "FAILED", ordered("ORDERED", BEFORE, BEFORE)),
    S("SUBRED_PENDING", "failing", "twice", "FAILED", ordered("PRICED", BEFORE, BEFORE, 2)),
    S("SUBRED_PENDING", "boundary", "came-on-the-day-of-the-last-strike", "PASSED", ordered("ORDERED", BEFORE)),
    S("SUBRED_PENDING", "boundary", "cancelled", "NOT_APPLICABLE", ordered("CANCELLED", dt.date(2026, 3, 6))),
    # the fund's return is 1 / 0.99 - 1 = 1.0101 %, the index's 1 %
    S("NAV_PROXY", "passing", "1-bp-apart", "PASSED", benchmarked("0.99")),
    S("NAV_PROXY", "failing", "equity-100-bp-apart", "FAILED", benchmarked("1"), "warning", "0.01"),
    S("NAV_PROXY", "boundary", "exactly-40-bp", "PASSED", benchmarked("1", "100.4"), "warning", "0.004"),
    S("NAV_PROXY", "boundary", "bond-fund-16-bp", "FAILED", benchmarked("1", "100.16", of=product(subtype="ETF_BOND"))),
    S("NAV_PROXY", "boundary", "bond-15-bp", "PASSED", benchmarked("1", "100.15", of=product(product_type="bond"))),
    S("NAV_PROXY", "boundary", "money-fund-3-bp", "FAILED", benchmarked("1", "100.03", of=MONEY_FUND)),
    S("NAV_PROXY", "boundary", "no-benchmark", "NOT_APPLICABLE", case()),
    S("NAV_PROXY", "missing", "no-level-of-the-day", "NOT_EVALUATED", benchmarked("1", None), "warning"),
    S("NAV_PROXY", "missing", "no-beta", "NOT_EVALUATED", benchmarked("1", assumptions=Assumptions([], DAY, []))),
    S("VAL_APPRAISAL_AGE", "passing", "a-month", "PASSED", appraised(dt.date(2026, 2, 10))),
    S("VAL_APPRAISAL_AGE", "failing", "two-years", "FAILED", appraised(dt.date(2024, 3, 10)), "critical", "730"),
    S("VAL_APPRAISAL_AGE", "failing", "expired", "FAILED", appraised(dt.date(2026, 2, 10), valid_until=BEFORE)),
    S("VAL_APPRAISAL_AGE", "boundary", "twelve-months-and-a-day", "PASSED", appraised(dt.date(2025, 3, 9))),
    S("VAL_APPRAISAL_AGE", "boundary", "a-day-more", "FAILED", appraised(dt.date(2025, 3, 8))),
    S("VAL_APPRAISAL_AGE", "boundary", "indexed-may-be-two-years-old", "PASSED", appraised(dt.date(2024, 3, 10), "INDEXED")),
    S("VAL_APPRAISAL_AGE", "boundary", "private-mark-of-121-days", "FAILED", appraised(dt.date(2025, 11, 9), "DCF", product_type="private_equity")),
    S("VAL_APPRAISAL_AGE", "missing", "none", "NOT_EVALUATED", case(product(product_type="collectible"))),
    S("STABLECOIN_PEG", "passing", "near", "PASSED", coin("FIAT", prices_known=[price("COIN", "0.995", price_type="MARKET")])),
    S("STABLECOIN_PEG", "failing", "3-per-cent-off", "FAILED", coin("FIAT", prices_known=[price("COIN", "0.97", price_type="MARKET")]), "warning", "0.03"),
    S("STABLECOIN_PEG", "boundary", "exactly-2-per-cent", "PASSED", coin("FIAT", prices_known=[price("COIN", "1.02", price_type="MARKET")])),
    S("STABLECOIN_PEG", "boundary", "no-token-that-trades", "NOT_APPLICABLE", coin("FIAT", terms=Stated())),
    S("STABLECOIN_PEG", "boundary", "metal-has-no-peg-in-money", "NOT_APPLICABLE", coin("COMMODITY", prices_known=[price("COIN", "2.6", price_type="MARKET")])),
    S("STABLECOIN_PEG", "missing", "no-price-of-the-day", "NOT_EVALUATED", coin("FIAT", prices_known=[price("COIN", "1", price_type="MARKET", as_of=BEFORE)])),
    S("TENANT_MATCH", "passing", "own-and-shared", "PASSED", case()),
    S("TENANT_MATCH", "failing", "a-price-of-another-house", "FAILED", case(organizations={"holdings": {"house"}, "prices": {"alder"}}), "critical"),
    S("TENANT_MATCH", "boundary", "shared-only", "PASSED", case(organizations={"prices": {"_shared"}})),
    S("TENANT_MATCH", "missing", "owners-not-known", "NOT_EVALUATED", case(organizations={})),
    S("STRIKE_CALENDAR", "passing", "the-next-business-day", "PASSED", dealt("DAILY")),
    S("STRIKE_CALENDAR", "failing", "a-saturday", "FAILED", dealt("DAILY", day=SATURDAY), "critical"),
    S("STRIKE_CALENDAR", "failing", "a-holiday", "FAILED", dealt("DAILY", day=HOLIDAY), "critical"),
    S("STRIKE_CALENDAR", "failing", "tomorrow", "FAILED", dealt(None, day=dt.date(2026, 3, 11)), "critical"),
    S("STRIKE_CALENDAR", "failing", "monday-was-left-out", "FAILED", dealt("DAILY", dt.date(2026, 3, 6)), "warning", "2"),
    S("STRIKE_CALENDAR", "boundary", "monday-after-friday", "PASSED", dealt("DAILY", dt.date(2026, 3, 6), day=BEFORE), None, "1"),
    S("STRIKE_CALENDAR", "boundary", "month-end-on-a-saturday", "PASSED", dealt("MONTHLY", dt.date(2026, 1, 31), day=MONTH_LAST)),
    S("STRIKE_CALENDAR", "boundary", "any-day-without-a-frequency", "PASSED", dealt(None, day=SATURDAY)),
    S("STRIKE_CALENDAR", "boundary", "first-strike", "PASSED", dealt("DAILY", None)),
    S("STRIKE_CALENDAR", "boundary", "a-month-of-32-days", "FAILED", dealt("MONTHLY", dt.date(2026, 2, 6)), "warning", "32"),
]  # fmt: skip


def compliance(*findings: Finding, **more: Any) -> Case:
    return case(MONEY_FUND, **({"money_market": list(findings)} | more))


MONEY_MARKET = [
    scenario
    for code in CODES
    for scenario in (
        S(code, "passing", "passed", "PASSED", case(MONEY_FUND), None, "1"),
        S(code, "failing", "breached", "FAILED", case(MONEY_FUND, money_market=tested(**{code: False}))),
        S(code, "boundary", "does-not-apply", "NOT_APPLICABLE", case(MONEY_FUND, money_market=tested(**{code: None}))),
        S(code, "missing", "no-result", "NOT_EVALUATED", case(MONEY_FUND, money_market=tested(**{code: "LACKING"}))),
    )
] + [
    S("MMF_COMPLIANCE", "passing", "no-other-test", "NOT_APPLICABLE", case(MONEY_FUND)),
    S("MMF_COMPLIANCE", "missing", "no-result-at-all", "NOT_EVALUATED", compliance()),
]  # fmt: skip

SCENARIOS: list[Scenario] = [*PRICES, *RECORDS, *ACTIONS, *OTHERS, *MONEY_MARKET]
