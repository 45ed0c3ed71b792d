"""Scenarios of the rules on totals, classes, missing inputs and exchange rates: what passes, fails and lies on the limit.

Limits are those of nav 5; the arithmetic stands beside each number.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from calculations.nav import ShareClass, Strike
from calculations.nav.published_navs import Publisher
from calculations.nav.results import Failure, Measure
from calculations.nav.validation import Case, Opening, Published
from tests.calculations.nav.evidence import Stated
from tests.calculations.nav.validation.cases import (
    BEFORE,
    Scenario,
    action,
    case,
    previous,
    rates_in_time,
    row,
)
from tests.calculations.nav_inputs import (
    DAY,
    EURUSD,
    GBPUSD,
    D,
    cash,
    equity,
    fee,
    price,
    product,
    rate,
    stated,
    struck,
)

STALE = dt.date(2026, 3, 6)  # Friday; the valuation is on Tuesday
FUND = {"subtype": "MUTUAL"}


def S(
    code: str, kind: str, about: str, expected: str, judged: Case, severity: str | None = None, actual: Any = None
) -> Scenario:
    return Scenario(code, kind, about, expected, judged, severity, None if actual is None else D(actual))


def totals(**changes: Any) -> Case:
    """The sound case with other totals on its strike."""
    sound = case()
    return replace(sound, strike=replace(sound.strike, **changes))


def moved(
    nav: str, now: str = "1000", *, product_type: str = "fund", subtype: str | None = "MUTUAL", **more: Any
) -> Case:
    """Net assets of `now` in 1,000 shares, a NAV of 1.0000 unless it says otherwise, after `nav`."""
    terms = product(product_type=product_type, subtype=subtype)
    return case(terms, [cash(now)], [], accruals=[], previous=previous(nav), **more)


def published(nav: str, error_class: str | None = None, publisher: Publisher = "STATED", **terms: Any) -> Case:
    """NAV 1.0000 struck for a day of which `nav` has been published."""
    kind = {"subtype": "MUTUAL"} | terms
    before = Published(D(nav), 1, error_class, publisher)
    return case(product(**kind), [cash("1000")], [], accruals=[], published={"fund": before})


UNKNOWN = case(prices=[])  # no price: no totals, no NAV per share
NO_SHARES = case(product(None, **FUND))

TOTALS = [
    S("STRIKE_COMPLETE", "passing", "everything-known", "PASSED", case()),
    S("STRIKE_COMPLETE", "failing", "fee-without-basis", "FAILED", case(accruals=[fee("f", "0.01", "PREVIOUS_NET_ASSETS", 1)])),
    S("STRIKE_COMPLETE", "failing", "method-lacks-an-assumption", "FAILED",
      totals(failures=(Failure("MISSING_ASSUMPTION", "product", "fund", "expected wacc"),))),
    S("STRIKE_COMPLETE", "boundary", "missing-price-has-a-rule-of-its-own", "PASSED", UNKNOWN),
    S("STRIKE_COMPLETE", "missing", "nothing-to-discount-with", "FAILED",
      totals(failures=(Failure("MISSING_EVIDENCE", "product", "fund", "expected a curve"),))),
    S("NAV_NON_NEGATIVE", "passing", "assets", "PASSED", case()),
    S("NAV_NON_NEGATIVE", "failing", "more-owed-than-owned", "FAILED", case(positions=[cash("10")], accruals=[stated("l", "PAYABLE", "12")]), "critical", "-2"),
    S("NAV_NON_NEGATIVE", "boundary", "nothing-left", "PASSED", case(positions=[cash("10")], accruals=[stated("l", "PAYABLE", "10")])),
    S("NAV_NON_NEGATIVE", "missing", "price", "NOT_EVALUATED", UNKNOWN),
    S("NAV_ASSETS_GE_LIABS", "passing", "assets", "PASSED", case()),
    S("NAV_ASSETS_GE_LIABS", "failing", "one-short", "FAILED", totals(total_assets=D(9), total_liabilities=D(10)), "critical", "-1"),
    S("NAV_ASSETS_GE_LIABS", "boundary", "equal", "PASSED", totals(total_assets=D(10), total_liabilities=D(10))),
    S("NAV_ASSETS_GE_LIABS", "missing", "price", "NOT_EVALUATED", UNKNOWN),
    S("LIABILITIES_NON_NEGATIVE", "passing", "a-fee", "PASSED", case()),
    S("LIABILITIES_NON_NEGATIVE", "failing", "owed-to-the-fund", "FAILED", case(accruals=[stated("l", "PAYABLE", "-1")]), "critical", "-1"),
    S("LIABILITIES_NON_NEGATIVE", "boundary", "none", "PASSED", case(accruals=[])),
    S("LIABILITIES_NON_NEGATIVE", "missing", "price", "NOT_EVALUATED", UNKNOWN),
    S("HOLDINGS_SUM", "passing", "sum", "PASSED", case()),
    S("HOLDINGS_SUM", "failing", "two-cents-off", "FAILED", totals(net_assets=case().strike.net_assets + D("0.02")), "critical", "0.02"),
    S("HOLDINGS_SUM", "boundary", "one-cent-off", "PASSED", totals(net_assets=case().strike.net_assets + D("0.01"))),
    S("HOLDINGS_SUM", "missing", "a-component", "NOT_EVALUATED", UNKNOWN),
    # net assets 1,000 against 990.099...: +1 % exactly at 1000 / 1.01
    S("HOLDINGS_AUM", "passing", "as-stated", "PASSED", moved("1", terms=Stated(assets_under_management=D(1000)))),
    S("HOLDINGS_AUM", "failing", "two-per-cent-off", "FAILED", moved("1", terms=Stated(assets_under_management=D(980))), "critical"),
    S("HOLDINGS_AUM", "boundary", "one-per-cent-off", "PASSED", moved("1", terms=Stated(assets_under_management=D(1000) / D("0.99")))),
    S("HOLDINGS_AUM", "boundary", "stated-for-another-day", "NOT_APPLICABLE", moved("1", terms=Stated(assets_under_management=D(1)), terms_as_of=BEFORE)),
    S("HOLDINGS_AUM", "missing", "price", "NOT_EVALUATED", case(prices=[], terms=Stated(assets_under_management=D(980)))),
]  # fmt: skip

USD_CLASSES = (
    # opening 600 and 400 with 1 % gained on all; class b bears a fee of 2 of its own
    ShareClass("a", "USD", 4, D(600), D(600), previous_nav_per_share=D(1)),
    ShareClass("b", "USD", 4, D(400), D(400), previous_nav_per_share=D(1)),
)


def two_classes(shares_of_b: str = "400", own: str = "2", **more: Any) -> Case:
    classes = (USD_CLASSES[0], replace(USD_CLASSES[1], shares_outstanding=D(shares_of_b)))
    owed = [replace(stated("f", "PAYABLE", own), share_class_id="b")]
    return case(product(None), [cash("1010")], [], owed, classes, **more)


def distributing(ex_date: dt.date) -> Case:
    """Class b owes 0.02 a share, 8 of the 400 that it had when it was stated; 10 were gained on 992, in both classes."""
    b = replace(USD_CLASSES[1], opening_net_assets=D(392), opening_own_lines=D(-8))
    owed = [replace(stated("d", "PAYABLE", "8"), share_class_id="b")]
    order = row(order_id="d", share_class_id="b", status="PRICED", activity="INCOME_DISTRIBUTION", trade_date=ex_date,
                ex_date=ex_date, rate_per_share=D("0.02"))  # fmt: skip
    return case(product(None), [cash("1010")], [], owed, (USD_CLASSES[0], b), orders=[order])


def in_currency(currency: Any) -> Strike:
    sound = case().strike
    return replace(sound, classes=(replace(sound.classes[0], currency=currency),))


def nav_of(published_nav: str) -> Strike:
    made = struck(product("3"), [equity("EQ", "10")], [price("EQ", "100")])  # 333.3333: 0.0001 short of 1,000
    return replace(made, classes=(replace(made.classes[0], nav_per_share=D(published_nav)),))


CLASSES = [
    S("SHARES_POSITIVE", "passing", "shares", "PASSED", case()),
    S("SHARES_POSITIVE", "failing", "negative", "FAILED", case(product("-5", **FUND)), "critical", "-5"),
    S("SHARES_POSITIVE", "boundary", "zero", "FAILED", case(product("0", **FUND)), "critical", "0"),
    S("SHARES_POSITIVE", "boundary", "unitless", "NOT_APPLICABLE", case(product(None, None, is_unitless=True))),
    S("SHARES_POSITIVE", "missing", "shares", "NOT_EVALUATED", NO_SHARES),
    S("CLASS_CURRENCY", "passing", "dollars", "PASSED", case()),
    S("CLASS_CURRENCY", "failing", "pence", "FAILED", case(strike=in_currency("GBX")), "critical"),
    S("CLASS_CURRENCY", "boundary", "two-letters", "FAILED", case(strike=in_currency("US"))),
    S("CLASS_CURRENCY", "missing", "empty", "FAILED", case(strike=in_currency(""))),
    S("CLASS_CURRENCY", "missing", "none", "FAILED", case(strike=in_currency(None))),
    S("NAV_PER_SHARE_CONSISTENT", "passing", "rounded", "PASSED", case(product("3", **FUND), strike=nav_of("333.3333"))),
    S("NAV_PER_SHARE_CONSISTENT", "failing", "last-decimal-off", "FAILED", case(product("3", **FUND), strike=nav_of("333.3332")), "critical", "0.0004"),
    # half a unit a share: 1,000.00015 of net assets in 3 shares is 333.33338333..., published as 333.3334 or 333.3333
    S("NAV_PER_SHARE_CONSISTENT", "boundary", "half-a-unit", "PASSED",
      case(product("2", **FUND), [cash("666.6667")], [], [])),
    S("NAV_PER_SHARE_CONSISTENT", "missing", "shares", "NOT_EVALUATED", NO_SHARES),
    S("NAV_JUMP_MAX_PCT", "passing", "up-4-per-cent", "PASSED", moved("0.96"), "warning"),
    S("NAV_JUMP_MAX_PCT", "failing", "up-6-per-cent", "FAILED", moved("0.94"), "warning"),
    S("NAV_JUMP_MAX_PCT", "failing", "up-11-per-cent-is-twice-the-limit", "FAILED", moved("0.90"), "critical"),
    S("NAV_JUMP_MAX_PCT", "boundary", "up-exactly-5-per-cent", "PASSED", moved("1", now="1050"), "warning", "0.05"),
    S("NAV_JUMP_MAX_PCT", "boundary", "up-exactly-twice-the-limit", "FAILED", moved("1", now="1100"), "warning", "0.1"),
    S("NAV_JUMP_MAX_PCT", "boundary", "one-unit-beyond-twice-the-limit", "FAILED", moved("1", now="1100.1"), "critical", "0.1001"),
    S("NAV_JUMP_MAX_PCT", "boundary", "private-equity-up-exactly-10-per-cent", "PASSED",
      moved("1", now="1100", product_type="private_equity", subtype=None), "warning", "0.1"),
    S("NAV_JUMP_MAX_PCT", "failing", "money-market-up-0.6-per-cent", "FAILED", moved("0.994", subtype="MMF"), "warning"),
    S("NAV_JUMP_MAX_PCT", "failing", "fiat-coin-up-0.15-per-cent", "FAILED", moved("0.9985", product_type="stablecoin", subtype="FIAT"), "warning"),
    S("NAV_JUMP_MAX_PCT", "failing", "bond-down-3-per-cent", "FAILED", moved("1.03", product_type="bond", subtype=None), "warning"),
    S("NAV_JUMP_MAX_PCT", "passing", "distribution-since", "PASSED",
      moved("1.2", orders=[row(order_id="d", share_class_id=None, status="SETTLED", activity="INCOME_DISTRIBUTION",
                               trade_date=DAY, ex_date=DAY, rate_per_share=D("0.2"))])),
    S("NAV_JUMP_MAX_PCT", "passing", "own-shares-split-in-two", "PASSED",
      moved("2", terms=Stated(instrument_id="EQ"), actions=action("SPLIT", ratio_from="1", ratio_to="2"))),
    S("NAV_JUMP_MAX_PCT", "failing", "split-before-the-last-strike", "FAILED",
      moved("2", terms=Stated(instrument_id="EQ"), actions=action("SPLIT", BEFORE, ratio_from="1", ratio_to="2")), "critical"),
    S("NAV_JUMP_MAX_PCT", "boundary", "first-strike", "NOT_APPLICABLE", case(previous={})),
    S("NAV_JUMP_MAX_PCT", "missing", "from-zero", "NOT_EVALUATED", moved("0"), "critical"),
    S("NAV_JUMP_MAX_PCT", "missing", "price", "NOT_EVALUATED", UNKNOWN, "critical"),
    S("CLASS_SPREAD", "passing", "own-fee-explains-it", "PASSED", two_classes()),
    # one share of 400 too many: 0.25 % of return lost
    S("CLASS_SPREAD", "failing", "a-share-too-many", "FAILED", two_classes("401"), "warning"),
    S("CLASS_SPREAD", "boundary", "two-hundredths-of-a-per-cent", "PASSED", two_classes("400.079")),  # 1.005/1.0001975: 1.98 bp
    S("CLASS_SPREAD", "boundary", "a-little-more", "FAILED", two_classes("400.081")),  # 2.03 bp
    S("CLASS_SPREAD", "boundary", "one-class", "NOT_APPLICABLE", case()),
    S("CLASS_SPREAD", "passing", "distribution-since", "PASSED", distributing(DAY)),
    S("CLASS_SPREAD", "failing", "distribution-before-the-opening", "FAILED", distributing(BEFORE), "warning"),
    S("CLASS_SPREAD", "missing", "rate-of-the-opening", "NOT_EVALUATED", two_classes(openings={"a": Opening(BEFORE, D(1))})),
    S("RESTATEMENT_MATERIAL", "passing", "the-same", "PASSED", published("1", "EQUITY")),
    # E-22: 102.37 for 101.58 is +0.777712 %: below 1 % for an equity fund, above 0.5 % for a bond fund
    S("RESTATEMENT_MATERIAL", "passing", "example-22-equity", "PASSED", published("1.00777712", "EQUITY")),
    S("RESTATEMENT_MATERIAL", "failing", "example-22-bond", "FAILED", published("1.00777712", "BOND"), "critical", "0.00777712"),
    S("RESTATEMENT_MATERIAL", "missing", "threshold-of-an-analysis-that-nobody-states", "NOT_EVALUATED", published("1.001", "INSTITUTIONAL")),
    S("RESTATEMENT_MATERIAL", "boundary", "exactly-the-limit-is-material", "FAILED", published("0.99", "EQUITY"), "critical", "-0.01"),
    S("RESTATEMENT_MATERIAL", "boundary", "money-fund-by-its-subtype", "FAILED", published("1.002", subtype="MMF"), "critical", "0.002"),
    S("RESTATEMENT_MATERIAL", "boundary", "bond-by-its-type", "FAILED", published("1.005", product_type="bond", subtype=None)),
    # what Weir published is replaced by a restatement alone, which needs the strike
    S("RESTATEMENT_MATERIAL", "failing", "published-here", "FAILED", published("1.00777712", "BOND", publisher="WEIR"), "warning", "0.00777712"),
    S("RESTATEMENT_MATERIAL", "passing", "published-here", "PASSED", published("1.00777712", "EQUITY", publisher="WEIR"), "warning"),
    S("RESTATEMENT_MATERIAL", "boundary", "not-published", "NOT_APPLICABLE", case()),
    S("RESTATEMENT_MATERIAL", "missing", "price", "NOT_EVALUATED", case(prices=[], published={"fund": Published(D(1), 1)})),
]  # fmt: skip

EUR_CASH = [cash("10", "EUR"), cash("1000")]
TRIANGLE = (EURUSD, GBPUSD)


def in_euros(*rates: Any, **more: Any) -> Case:
    return case(positions=EUR_CASH, prices=[], accruals=[], rates=rates, **more)


def in_pounds(eurgbp: str) -> Case:
    # EURGBP is 0.855385 by the two dollar rates
    return case(product(currency="GBP"), [cash("10", "EUR")], [], [], rates=(*TRIANGLE, rate("EURGBP", eurgbp)))


def after(eurusd: str) -> Case:
    return in_euros(EURUSD, rate_history=rates_in_time(EURUSD, rate("EURUSD", eurusd, BEFORE)))


FX = [
    S("FX_RATE_PRESENT_WHEN_NEEDED", "passing", "dollars-only", "PASSED", case()),
    S("FX_RATE_PRESENT_WHEN_NEEDED", "failing", "no-euro-rate", "FAILED", in_euros(), "critical"),
    S("FX_RATE_PRESENT_WHEN_NEEDED", "boundary", "through-a-pivot", "PASSED",
      case(product(currency="GBP"), [cash("10", "EUR")], [], [], rates=TRIANGLE)),
    S("FX_RATE_PRESENT_WHEN_NEEDED", "missing", "for-a-fee", "FAILED", case(accruals=[stated("f", "PAYABLE", "1", currency="CHF")], rates=())),
    S("FX_STALE", "passing", "today", "PASSED", in_euros(EURUSD)),
    S("FX_STALE", "failing", "two-business-days", "FAILED", in_euros(replace(EURUSD, as_of=STALE)), "critical"),
    S("FX_STALE", "boundary", "one-business-day", "PASSED", in_euros(replace(EURUSD, as_of=BEFORE))),
    S("FX_STALE", "missing", "only-a-stale-one", "FAILED", in_euros(replace(EURUSD, as_of=dt.date(2026, 1, 2)))),
    S("FX_TRIANGLE", "passing", "0.2-bp", "PASSED", in_pounds("0.8554"), "warning"),
    S("FX_TRIANGLE", "failing", "7.2-bp", "FAILED", in_pounds("0.8560"), "warning"),
    S("FX_TRIANGLE", "boundary", "5-bp-just-within", "PASSED", in_pounds("0.8558123")),  # 0.855384615 x 1.0005 = 0.85581231
    S("FX_TRIANGLE", "boundary", "5-bp-just-beyond", "FAILED", in_pounds("0.8558124")),
    S("FX_TRIANGLE", "missing", "one-way-only", "NOT_APPLICABLE", in_euros(EURUSD)),
    S("FX_TOLERANCE", "passing", "up-1-per-cent", "PASSED", after("1.0735"), "warning"),
    S("FX_TOLERANCE", "failing", "up-8-per-cent", "FAILED", after("1"), "warning", "0.0842"),
    S("FX_TOLERANCE", "boundary", "exactly-3-per-cent", "PASSED",
      in_euros(rate("EURUSD", "1.03"), rate_history=rates_in_time(rate("EURUSD", "1.03"), rate("EURUSD", "1", BEFORE)))),
    S("FX_TOLERANCE", "boundary", "of-the-month-before-is-no-day-move", "NOT_APPLICABLE",
      in_euros(EURUSD, rate_history=rates_in_time(EURUSD, rate("EURUSD", "1", dt.date(2026, 2, 3))))),
    S("FX_TOLERANCE", "boundary", "first-rate", "NOT_APPLICABLE", in_euros(EURUSD)),
]  # fmt: skip

DOUBLE_PRICE = [price("EQ", "100"), price("EQ", "101")]
SHORT = [cash("200"), equity("EQ", "10", instrument_type="UNHEARD_OF")]


def stale(level: int | None) -> Case:
    return case(positions=[equity("EQ", "10", fair_value_level=level)], prices=[price("EQ", "100", as_of=STALE)])


REASONS = [
    S("PRICE_MISSING", "passing", "priced", "PASSED", case()),
    S("PRICE_MISSING", "failing", "no-price", "FAILED", UNKNOWN, "critical"),
    S("PRICE_MISSING", "boundary", "cash-needs-none", "PASSED", case(positions=[cash("200")], prices=[])),
    S("PRICE_MISSING", "missing", "bid-and-ask-value-nothing", "FAILED",
      case(prices=[price("EQ", "99", price_type="BID"), price("EQ", "101", price_type="ASK")])),
    S("PRICE_STALE", "passing", "today", "PASSED", case()),
    S("PRICE_STALE", "failing", "level-1", "FAILED", stale(1), "critical"),
    S("PRICE_STALE", "failing", "level-2", "FAILED", stale(2), "warning"),
    S("PRICE_STALE", "failing", "level-3", "FAILED", stale(3), "warning"),
    S("PRICE_STALE", "missing", "level-not-stated-counts-as-1", "FAILED", stale(None), "critical"),
    S("PRICE_STALE", "boundary", "one-business-day", "PASSED", case(prices=[price("EQ", "100", as_of=BEFORE)])),
    S("PRICE_ZERO_NEG", "passing", "positive", "PASSED", case()),
    S("PRICE_ZERO_NEG", "failing", "negative", "FAILED", case(prices=[price("EQ", "-1")]), "critical", "-1"),
    S("PRICE_ZERO_NEG", "boundary", "zero", "FAILED", case(prices=[price("EQ", "0")]), "critical", "0"),
    S("PRICE_ZERO_NEG", "boundary", "flagged", "PASSED", case(prices=[price("EQ", "-1", allow_non_positive=True)])),
    S("PRICE_ZERO_NEG", "missing", "a-missing-price-is-no-zero", "PASSED", UNKNOWN),
    S("INPUT_UNIQUE", "passing", "one-each", "PASSED", case()),
    S("INPUT_UNIQUE", "failing", "two-prices", "FAILED", case(prices=DOUBLE_PRICE), "critical"),
    S("INPUT_UNIQUE", "failing", "two-rates", "FAILED", in_euros(EURUSD, replace(EURUSD, rate=D("1.09")))),
    S("INPUT_UNIQUE", "failing", "accrual-twice", "FAILED", case(accruals=[stated("f", "PAYABLE", "1")] * 2)),
    S("INPUT_UNIQUE", "boundary", "the-same-twice", "PASSED", in_euros(EURUSD, EURUSD)),
    S("INPUT_UNIQUE", "missing", "no-price-is-not-two", "PASSED", UNKNOWN),
    S("UNIT_MATCH", "passing", "per-unit", "PASSED", case()),
    S("UNIT_MATCH", "failing", "bond-priced-as-a-share", "FAILED", case(positions=[equity("EQ", "10", quote_basis="PER_100", instrument_type="BOND")]), "critical"),
    S("UNIT_MATCH", "boundary", "yield-is-no-price", "FAILED", case(positions=[equity("EQ", "10", quote_basis="YIELD")])),
    S("UNIT_MATCH", "missing", "no-price", "PASSED", UNKNOWN),
    S("HOLDINGS_DUP", "passing", "one-lot", "PASSED", case()),
    S("HOLDINGS_DUP", "failing", "the-same-lot-twice", "FAILED", case(positions=[equity("EQ", "10")] * 2), "critical"),
    S("HOLDINGS_DUP", "boundary", "two-lots", "PASSED", case(positions=[equity("EQ", "10", lot_id="1"), equity("EQ", "10", lot_id="2")])),
    S("HOLDINGS_DUP", "missing", "two-prices-are-one-holding", "PASSED", case(prices=DOUBLE_PRICE)),
    S("HOLDINGS_PRESENT", "passing", "two", "PASSED", case(), None, "2"),
    S("HOLDINGS_PRESENT", "failing", "none", "FAILED", case(positions=[]), "critical", "0"),
    S("HOLDINGS_PRESENT", "boundary", "one", "PASSED", case(positions=[cash("200")]), None, "1"),
    S("HOLDINGS_PRESENT", "missing", "an-accrual-is-no-holding", "FAILED", case(positions=[], accruals=[stated("f", "RECEIVABLE", "1", "ASSET")])),
    S("SUBTYPE_KNOWN", "passing", "mutual", "PASSED", case()),
    S("SUBTYPE_KNOWN", "failing", "no-such-fund", "FAILED", case(product(subtype="SPAC")), "critical"),
    S("SUBTYPE_KNOWN", "failing", "no-such-instrument", "FAILED", case(positions=SHORT)),
    S("SUBTYPE_KNOWN", "boundary", "none-where-none-is-needed", "PASSED", case(product())),
    S("SUBTYPE_KNOWN", "missing", "a-coin-must-have-one", "FAILED", case(product(product_type="stablecoin"))),
]  # fmt: skip


def coin(subtype: str, *measures: Measure, **more: Any) -> Case:
    terms = product(product_type="stablecoin", subtype=subtype)
    fields = {"terms": Stated(instrument_id="COIN", peg_value=D(1), peg_currency="USD")} | more
    made = struck(terms, [cash("1000")])
    return case(terms, strike=replace(made, measures=measures), **fields)


def ratio(name: str, value: str | None, subject: str = "") -> Measure:
    return Measure(
        name, None if value is None else D(value), "FRACTION", subject, reason=None if value else "MISSING_VALUE"
    )


STABLECOINS = [
    # E-19: the fiat coin's net ratio 1.0001672; the vault's 1.812244... and health 1.208162...; fractional 0.0090625 above target
    S("STABLECOIN_COLLATERAL_RATIO", "passing", "example-19-fiat", "PASSED", coin("FIAT", ratio("RESERVE_RATIO", "1.0001672"))),
    S("STABLECOIN_COLLATERAL_RATIO", "failing", "fiat-below-1", "FAILED", coin("FIAT", ratio("RESERVE_RATIO", "0.9999")), "critical", "0.9999"),
    S("STABLECOIN_COLLATERAL_RATIO", "boundary", "fiat-exactly-1", "PASSED", coin("FIAT", ratio("RESERVE_RATIO", "1"))),
    S("STABLECOIN_COLLATERAL_RATIO", "passing", "example-19-vault", "PASSED",
      coin("CRYPTO", ratio("VAULT_COLLATERAL_RATIO", "1.812244230270", "v"), ratio("VAULT_HEALTH", "1.208162820180", "v"))),
    S("STABLECOIN_COLLATERAL_RATIO", "failing", "one-vault-of-two", "FAILED",
      coin("CRYPTO", ratio("VAULT_COLLATERAL_RATIO", "1.6", "v"), ratio("VAULT_COLLATERAL_RATIO", "1.4", "w")), "critical", "1.4"),
    S("STABLECOIN_COLLATERAL_RATIO", "failing", "vault-below-its-own-minimum", "FAILED",
      coin("CRYPTO", ratio("VAULT_COLLATERAL_RATIO", "1.6", "v"), ratio("VAULT_HEALTH", "0.94", "v")), "critical", "0.94"),
    S("STABLECOIN_COLLATERAL_RATIO", "boundary", "vault-at-150-per-cent", "PASSED", coin("CRYPTO", ratio("VAULT_COLLATERAL_RATIO", "1.5", "v"))),
    S("STABLECOIN_COLLATERAL_RATIO", "failing", "too-little-metal", "FAILED", coin("COMMODITY", ratio("RESERVE_RATIO", "0.99"))),
    S("STABLECOIN_COLLATERAL_RATIO", "passing", "example-19-fractional-target-met", "PASSED", coin("FRACTIONAL", ratio("BACKING_OVER_TARGET", "0.0090625"))),
    S("STABLECOIN_COLLATERAL_RATIO", "boundary", "rebasing-promises-none", "NOT_APPLICABLE", coin("REBASING")),
    S("STABLECOIN_COLLATERAL_RATIO", "missing", "no-measure", "NOT_EVALUATED", coin("FIAT")),
    S("STABLECOIN_COLLATERAL_RATIO", "missing", "not-known", "NOT_EVALUATED", coin("FIAT", ratio("RESERVE_RATIO", None))),
]  # fmt: skip

SCENARIOS = [*TOTALS, *CLASSES, *FX, *REASONS, *STABLECOINS]
