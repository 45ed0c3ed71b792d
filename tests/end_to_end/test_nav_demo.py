"""Every NAV of the demo, from the files to the publication: struck on each of its days, and what it is made of adds up to it.

Source: nav 1.2, 3, 5 and 8; input-contracts 4.5 and 6.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from tests.end_to_end.conftest import Home

pytestmark = pytest.mark.slow

# The types of input-contracts 4.1, one sheet of products each.
PRODUCT_TYPES = {
    "fund", "bond", "equity", "commodity", "structured", "quant", "private_equity", "private_debt", "real_estate",
    "energy", "infrastructure", "collectible", "asset_backed", "digital_fund", "stablecoin",
}  # fmt: skip
LAST_DAY = dt.date(2025, 12, 31)
PLANTED = {
    ("cedar-euro-bond", LAST_DAY, "BLOCKED", "SHARES_RECON"),
    ("cedar-global-equity", LAST_DAY, "BLOCKED", "POSITION_RECON"),
}
# Without a day to strike: a chain of returns and flows beside stated NAVs (E-10, E-23), a suspended share.
NOT_STRUCK = {"example-e-10", "example-e-23", "equity-tarnholm"}
# Weekdays of 2025 without the Federal Reserve's holidays: 261 less 11.
HOLIDAYS = {(1, 1), (1, 20), (2, 17), (5, 26), (6, 19), (7, 4), (9, 1), (10, 13), (11, 11), (11, 27), (12, 25)}
BUSINESS_DAYS = {
    day
    for day in (dt.date(2025, 1, 1) + dt.timedelta(days=number) for number in range(365))
    if day.weekday() < 5 and (day.month, day.day) not in HOLIDAYS
}
OF_SEVERAL_CLASSES = {
    "cedar-global-equity", "cedar-euro-bond", "cedar-macro", "cedar-balanced",
    "cedar-government-money", "cedar-prime-money", "cedar-euro-liquidity",
}  # fmt: skip
OF_ONE_CLASS = {"cedar-us-equity-etf", "cedar-credit-etf", "cedar-bullion-etf", "equity-brindlemark"}
DAILY = OF_SEVERAL_CLASSES | OF_ONE_CLASS
QUARTER_ENDS = 5  # the opening day and the four of 2025
MONTH_ENDS = 13
# The last runs of each product and day, struck or not.
LAST_RUNS = (
    "(select * from ops.nav_runs qualify row_number() over "
    "(partition by organization_id, product_id, valuation_date order by struck_at desc, version desc nulls last) = 1)"
)


def test_every_product_is_struck_on_each_of_its_days_but_where_a_break_is_planted(demo: Home) -> None:
    rows = demo.warehouse.rows(
        f"select product_id, valuation_date, status, reason from {LAST_RUNS} where status <> 'STRUCK'"
    )
    assert set(rows) == PLANTED
    assert len(rows) == len(PLANTED)


def test_every_product_of_every_type_is_struck(demo: Home) -> None:
    products = demo.warehouse.rows(
        "select distinct product_type, product_id, r.product_id is not null from intermediate.int_nav__products as p "
        f"left join {LAST_RUNS} as r using (organization_id, product_id)"
    )
    assert {kind for kind, _, is_struck in products if is_struck} == PRODUCT_TYPES
    assert {name for _, name, is_struck in products if not is_struck} == NOT_STRUCK
    own = {
        kind: {name for each, name, _ in products if each == kind and "example-" not in name} for kind in PRODUCT_TYPES
    }
    assert {kind for kind, names in own.items() if len(names - NOT_STRUCK) < 1} == set()


def test_every_daily_product_has_one_strike_on_each_business_day_of_the_year(demo: Home) -> None:
    """A strike, not only an attempt at one, but where a break is planted; and a NAV of each class is published of it."""
    assert len(BUSINESS_DAYS) == 250
    stated = demo.warehouse.rows(
        "select distinct product_id from intermediate.int_nav__products "
        "where nav_frequency = 'DAILY' and status <> 'SUSPENDED'"
    )
    assert {name for (name,) in stated} == DAILY
    days = {(name, day) for name in DAILY for day in BUSINESS_DAYS} - {(name, day) for name, day, *_ in PLANTED}
    of_the_year = f"product_id in {tuple(sorted(DAILY))} and year(event_date) = 2025"
    strikes = demo.warehouse.rows(
        "select product_id, valuation_date as event_date from ops.nav_runs "
        f"where status = 'STRUCK' and {of_the_year.replace('event_date', 'valuation_date')}"
    )
    assert len(strikes) == len(days)
    assert set(strikes) == days
    navs = demo.published(f"select product_id, event_date, share_class_id from marts.fact_nav where {of_the_year}")
    classes = {(name, class_id) for name, _, class_id in navs}
    assert sorted(navs) == sorted((name, day, own) for name, day in days for owner, own in classes if owner == name)


def test_other_products_are_struck_as_often_as_the_demo_values_them(demo: Home) -> None:
    counted = dict(demo.warehouse.rows(f"select product_id, count(*) from {LAST_RUNS} group by 1"))
    # funds of several classes open on 2024-12-31, an ETF is struck on it
    assert {counted[name] for name in OF_SEVERAL_CLASSES} == {250}
    assert {counted[name] for name in OF_ONE_CLASS if name.endswith("-etf")} == {251}
    assert {counted[name] for name in ("bond-vexley-2030", "bond-orsedale-2029")} == {MONTH_ENDS}
    quarterly = [
        name
        for name in counted
        if name.startswith(("coin-", "token-", "energy-", "infra-", "loan-", "pe-", "property-", "collectible-"))
    ]
    assert len(quarterly) == 24
    assert {counted[name] for name in quarterly} == {QUARTER_ENDS}
    # from the first month end after their issue, in January and in March
    assert (counted["note-autocall"], counted["note-reverse"]) == (12, 10)


def test_components_come_to_net_assets_and_these_to_the_classes_exactly(demo: Home) -> None:
    """At 12 decimals, for every version of every strike: lines = assets less liabilities = net assets = classes."""
    keys = "organization_id, product_id, valuation_date, version"
    ((strikes, days),) = demo.warehouse.rows(
        "select count(*), count(distinct valuation_date) from ops.nav_runs where status = 'STRUCK'"
    )
    assert strikes > len(DAILY) * len(BUSINESS_DAYS)
    assert days > len(BUSINESS_DAYS)
    apart = demo.warehouse.rows(
        f"""
        with lines as (
            select {keys}, sum(base_amount) as net,
                coalesce(sum(base_amount) filter (where side = 'ASSET'), 0) as assets,
                coalesce(-sum(base_amount) filter (where side = 'LIABILITY'), 0) as liabilities,
                count(*) - count(base_amount) as unknown
            from ops.nav_components group by all
        ),
        classes as (select {keys}, sum(net_assets) as net, count(*) - count(net_assets) as unknown from ops.nav_strikes group by all)
        select {keys}, r.net_assets, l.net, c.net
        from ops.nav_runs as r left join lines as l using ({keys}) left join classes as c using ({keys})
        where r.status = 'STRUCK' and not coalesce(
            l.unknown = 0 and c.unknown = 0
            and l.net = r.net_assets and c.net = r.net_assets
            and l.assets = r.total_assets and l.liabilities = r.total_liabilities
            and r.total_assets - r.total_liabilities = r.net_assets, false)
        """
    )
    assert apart == []


def test_what_is_not_struck_has_no_nav(demo: Home) -> None:
    for product_id, day, *_ in PLANTED:
        found = demo.published(
            f"select * from marts.fact_nav where product_id = '{product_id}' and event_date = '{day}' and is_current"
        )
        assert found == []


def test_only_what_is_planted_breaks_a_critical_rule(demo: Home) -> None:
    found = demo.warehouse.rows(
        "select distinct product_id, valuation_date, 'BLOCKED', rule_code from ops.nav_validations "
        "where outcome = 'FAILED' and severity = 'critical'"
    )
    assert set(found) == PLANTED


def test_warnings_are_of_real_moves_between_quarters_or_of_what_an_example_leaves_out(demo: Home) -> None:
    """An official rate is missing on one day; metal and units of funds moved by more than 5 % from one quarter's end to the next,
    as the prices stated do.

    E-2 states opening net assets and no NAV per share, so that the returns of its classes cannot be compared.
    """
    failed = demo.warehouse.rows(
        "select rule_code, product_id, valuation_date, actual from ops.nav_validations "
        "where outcome = 'FAILED' and severity = 'warning'"
    )
    judged_apart = ("NAV_JUMP_MAX_PCT", "FX_TRIANGLE")
    assert {(rule, product) for rule, product, _, _ in failed if rule not in judged_apart} == {
        ("CLASS_SPREAD", "example-e-02")
    }
    # where the bank's rates lack a currency of the day, its rate of the day before meets those of the day
    lacking = demo.warehouse.rows(
        "select rate_date from intermediate.int_market__fx_rates where source = 'ECB' group by 1 "
        "qualify count(*) < max(count(*)) over ()"
    )
    assert {(day,) for rule, _, day, _ in failed if rule == "FX_TRIANGLE"} <= set(lacking)
    held = {"coin-bullion": "METAL-01", "token-money": "UNIT-01", "token-credit": "UNIT-02"}
    jumps = [(product, day, actual) for rule, product, day, actual in failed if rule == "NAV_JUMP_MAX_PCT"]
    assert {product for product, _, _ in jumps} <= set(held)
    for product, day, actual in jumps:
        now, before = (
            price
            for (price,) in demo.warehouse.rows(
                "select price from intermediate.int_nav__prices where instrument_id = ? and as_of::date in "
                "(select unnest([?::date, (select max(valuation_date) from ops.nav_runs "
                "where product_id = ? and valuation_date < ?)])) order by as_of desc",
                [held[product], day, product, day],
            )
        )
        # the units behind a token and their number stay the same; NAVs are rounded at four decimals
        assert abs(abs(now / before - 1) - actual) < Decimal("0.0002")


# Nav 8 as input-contracts 4.5 states it as rows. Net assets are those of the share class or the whole product, in its currency;
# E-4's are its face of 2,500,000 at 100 and the interest accrued, E-19's are the supply at a NAV of 1, or what covers it.
@pytest.mark.parametrize(
    ("share_class_id", "day", "net_assets", "nav_per_share"),
    [
        ("example-e-01", "2026-03-10", "4097582.698029921668", "13.2180"),
        ("example-e-02-a", "2026-03-10", "61500139.126712328767", "11.3889"),
        ("example-e-02-i", "2026-03-10", "30876296.147260273973", "12.7993"),
        ("example-e-02-h", "2026-03-10", "8010797.792876712329", "10.5237"),
        ("example-e-03", "2026-03-10", "1001157.631215469613", None),
        ("example-e-04-icma", "2026-05-31", "2556353.591160220994", None),
        ("example-e-04-act360", "2026-05-31", "2556666.666666666667", None),
        ("example-e-04-act365", "2026-05-31", "2555890.410958904110", None),
        ("example-e-04-30us", "2026-05-31", "2556666.666666666667", None),
        ("example-e-04-30e", "2026-05-31", "2556250", None),
        ("example-e-05", "2025-03-10", "1041000", None),
        ("example-e-05", "2026-03-10", "1033587.684983269326", None),
        ("example-e-06-straight", "2026-03-10", "992580", None),
        ("example-e-06-yield", "2026-03-10", "992560.667429948319", None),
        ("example-e-07", "2026-03-10", "1981353.816", None),
        ("example-e-08", "2026-03-10", "2849683.445355768932", "23.946920"),
        ("example-e-09", "2026-03-10", "9762259.031365566", None),
        ("example-e-11", "2026-03-10", "81765800.120344410", None),
        ("example-e-12", "2026-03-10", "19760361.163588655988", None),
        ("example-e-13", "2026-03-10", "31555620.652173913043", "14.677033"),
        ("example-e-14", "2026-03-10", "7201873.983868200581", None),
        ("example-e-15", "2026-03-10", "13730064.645018291337", None),
        ("example-e-16", "2026-03-10", "1286914.647658333725", None),
        ("example-e-17", "2026-03-10", "9827700.815351707064", None),
        ("example-e-18", "2026-03-10", "12497175.204463866849", "1.002179"),
        ("example-e-19-fiat", "2026-03-10", "812500000", "1"),
        ("example-e-19-fractional", "2026-03-10", "56900000", "0.889063"),
        ("example-e-20", "2026-03-10", None, "1.0002"),
        ("example-e-21", "2026-03-10", "761609.073057417355", None),
        ("example-e-24-bond", "2026-03-10", "9650000", None),
        ("example-e-24-property", "2026-03-10", "13300000", None),
        ("example-e-24-fund", "2026-03-10", "5340000", None),
    ],
)  # fmt: skip
def test_worked_examples_are_published_as_they_are_worked(
    demo: Home, share_class_id: str, day: str, net_assets: str | None, nav_per_share: str | None
) -> None:
    ((net, per_share),) = demo.published(
        "select net_assets, nav_per_share from marts.fact_nav "
        f"where share_class_id = '{share_class_id}' and event_date = '{day}' and is_current"
    )
    if net_assets is not None:
        # to the digits stated; a stored total may be one unit of the 12th decimal off, being a sum of stored lines
        decimals = -int(Decimal(net_assets).as_tuple().exponent)
        assert abs(net - Decimal(net_assets)) <= Decimal(2).scaleb(-max(decimals, 9))
    if nav_per_share is not None:
        assert per_share == Decimal(nav_per_share)


# Figures of nav 8 that explain a strike, by product, measure and subject.
@pytest.mark.parametrize(
    ("product_id", "name", "value"),
    [
        ("example-e-18", "TOKEN_PARITY", "0.00131788"),
        ("example-e-19-fiat", "RESERVE_RATIO", "1.0001672"),
        ("example-e-19-fiat", "GROSS_RESERVE_RATIO", "1.001415384615"),
        ("example-e-19-fiat", "ISSUER_SURPLUS", "135850"),
        ("example-e-19-crypto", "VAULT_COLLATERAL_RATIO", "1.812244230270"),
        ("example-e-19-crypto", "VAULT_HEALTH", "1.208162820180"),
        ("example-e-19-fractional", "RESERVE_RATIO", "0.8890625"),
    ],
)
def test_measures_of_worked_examples_are_published(demo: Home, product_id: str, name: str, value: str) -> None:
    ((found,),) = demo.published(
        f"select measure_value from marts.fact_nav_measures where product_id = '{product_id}' and measure_name = '{name}'"
    )
    assert round(found, -int(Decimal(value).as_tuple().exponent)) == Decimal(value)


def test_e22_a_nav_stated_too_high_is_listed_with_who_lost_what(demo: Home) -> None:
    assert demo.published(
        "select publisher, published_nav, correct_nav, round(deviation_rate * 100, 12), threshold_rate, is_material, treatment, "
        "order_count, subscription_loser, subscription_loss_amount, redemption_loser, redemption_loss_amount "
        "from marts.fact_nav_restatements where product_id = 'example-e-22-error'"
    ) == [
        (
            *(
                "STATED",
                Decimal("102.37"),
                Decimal("101.58"),
                Decimal("0.777712148061"),
                Decimal("0.01"),
                False,
                "PROSPECTIVE",
            ),
            *(2, "SUBSCRIBERS", Decimal(11218), "FUND", Decimal(7189)),
        )
    ]
    # the demo's books differ from the strikes by the last decimal at most
    assert demo.published(
        "select count(*) from marts.fact_nav_restatements where abs(published_nav - correct_nav) > 0.0001"
    ) == [(1,)]


def test_a_swing_above_the_cap_of_a_registered_fund_is_shown_as_capped(demo: Home) -> None:
    assert demo.published(
        "select measure_name, measure_value, detail from marts.fact_nav_measures "
        "where product_id = 'example-e-22-cap' order by measure_name"
    ) == [("SWING_RATE_APPLIED", Decimal("0.02"), "US_OPEN_END"), ("SWING_RATE_ASKED", Decimal("0.03"), "US_OPEN_END")]
    # 25.4173 x 1.02 = 25.925646
    assert demo.published(
        "select swing_rate, swung_nav_per_share from marts.fact_nav where product_id = 'example-e-22-cap'"
    ) == [(Decimal("0.02"), Decimal("25.9256"))]


def test_every_strike_of_the_demo_has_a_quality_score_or_the_reason_why_not(demo: Home) -> None:
    assert demo.published(
        "select count(*) from marts.fact_nav_runs where (quality_score is null) = (quality_reason is null)"
    ) == [(0,)]
    scored = "quality_score between 0 and 100 and quality_grade is not null"
    assert demo.published(f"select bool_and({scored}) from marts.fact_nav_runs where quality_score is not null") == [
        (True,)
    ]
    # a blocked strike broke a rule
    assert demo.published("select bool_and(quality_score < 100) from marts.fact_nav_runs where status = 'BLOCKED'") == [
        (True,)
    ]


def test_every_coin_and_token_of_the_demo_is_compared_with_its_market(demo: Home) -> None:
    unknown = demo.warehouse.rows(
        "select product_id, name, reason from ops.nav_measures where value is null and product_id not like 'example-%'"
    )
    assert unknown == []
    priced = demo.warehouse.rows(
        "select count(distinct product_id), count(*) from ops.nav_measures "
        "where name = 'MARKET_PRICE' and product_id not like 'example-%'"
    )
    assert priced == [(8, 8 * QUARTER_ENDS)]


def test_a_class_that_swings_deals_at_the_swung_nav(demo: Home) -> None:
    """E-22: 25.4173 with net subscriptions swings by 40 bp to 25.5189692, dealt at four decimals."""
    (swung,) = demo.published(
        "select nav_per_share, swing_rate, swung_nav_per_share from marts.fact_nav "
        "where share_class_id = 'example-e-22-swing' and swung_nav_per_share is not null"
    )
    assert swung == (Decimal("25.4173"), Decimal("0.004"), Decimal("25.5190"))


def test_a_class_swings_on_the_days_and_to_the_nav_that_its_books_state(demo: Home) -> None:
    """The sample books are kept by a reckoning of their own: the flow of the fund against the threshold, up and down."""
    rows = demo.warehouse.rows(
        "select swing_rate, swung_nav_per_share, stated.nav_per_share, stated.unswung_nav "
        "from marts.fact_nav as struck inner join staging.stg_nav__history as stated "
        "on struck.share_class_id = stated.share_class_id and struck.valuation_date = stated.valuation_date "
        "where struck.share_class_id = 'cedar-euro-bond-s' and struck.is_current"
    )
    assert len(rows) == len(BUSINESS_DAYS) - 1  # the last day is blocked
    # to one unit of the fourth decimal: the books cross exchange rates of five decimals
    assert [row for row in rows if abs(row[1] - row[2]) > Decimal("0.0001")] == []
    assert {(rate > 0) - (rate < 0) for rate, *_, unswung in rows if unswung is not None} == {1, -1}
    assert {rate for rate, *_, unswung in rows if unswung is None} == {0}


def test_e22_a_subscriber_above_the_mark_and_income_bought(demo: Home) -> None:
    """Gross NAV 112.50 over a mark of 100 at 20 %: NAV 110, credit 2.50. 1,200 shares with 0.4137 of income: 496.44."""
    (lot,) = demo.published(
        "select kind, gross_nav_per_share, high_water_mark, nav_per_share, credit_per_share, credit_open_amount "
        "from marts.fact_equalisation where order_id = 'E-22-EQUAL'"
    )
    assert lot == ("CREDIT", *map(Decimal, ("112.5", "100", "110", "2.5", "2500")))
    (bought,) = demo.published(
        "select shares, accrued_income_per_share, income_bought_amount from marts.fact_income_equalisation "
        "where order_id = 'E-22-INCOME'"
    )
    assert bought == tuple(map(Decimal, ("1200", "0.4137", "496.44")))


def test_fees_owed_for_good_are_those_accrued_and_shared_as_the_books_state(demo: Home) -> None:
    """The sample's book of lots is kept apart: its marks, and the shares by which it settled credits and contingent fees."""
    ends = demo.published(
        "select accrued_fee_amount, crystallised_fee_amount, high_water_mark_after - high_water_mark_stated, "
        "payable_fee_amount, credit_returned_amount, contingent_amount from marts.fact_fee_crystallisations "
        "where share_class_id = 'cedar-macro-p' and event_kind = 'PERIOD_END'"
    )
    assert len(ends) == 4
    for accrued, owed, mark_gap, payable, returned, contingent in ends:
        assert (owed, abs(mark_gap) < Decimal("1e-6")) == (accrued, True)
        assert abs(payable - (owed - returned + contingent)) < Decimal("1e-9")
    events = demo.published(
        "select shares_issued, shares_issued_stated, shares_given_up, shares_given_up_stated "
        "from marts.fact_equalisation_events where shares_issued_stated is not null"
    )
    ((stated,),) = demo.warehouse.rows(
        "select count(*) from raw.nav_capital_activity where equalises_order_id is not null"
    )
    assert len(events) == stated > 10
    unit = Decimal("0.001")
    assert [row for row in events if abs(row[0] - row[1]) > unit or abs(row[2] - row[3]) > unit] == []


def test_each_investor_bears_the_fee_of_his_own_gain(demo: Home) -> None:
    """Until a lot is settled, by the plain rule: 20 % of what the gross NAV is above the one paid, for all shares of the event."""
    rows = demo.published(
        "select e.own_fee_amount, 0.2::decimal(38,12) * greatest(e.gross_nav_per_share - l.gross_nav_per_share, 0), e.shares "
        "from marts.fact_equalisation_events as e inner join marts.fact_equalisation as l using (product_id, order_id) "
        "where l.kind in ('CREDIT', 'CONTINGENT') and e.event_number = 1"
    )
    assert len(rows) > 10
    assert [row for row in rows if abs(row[0] - row[1] * row[2]) > Decimal("1e-6")] == []


def test_daily_dividends_are_those_declared_or_say_why_they_are_not_known(demo: Home) -> None:
    """A government fund at cost; a fund at market value, and one that marks its longer paper, gain more than income."""
    found = demo.published(
        "select share_class_id, reason, count(*), max(abs(dividend_per_share - dividend_per_share_stated)), "
        "sum(net_income) - sum(dividend_amount) - max_by(carried_forward_amount, event_date) "
        "from marts.fact_daily_dividends group by all order by 1"
    )
    known = {name: row for name, reason, *row in found if reason is None}
    assert set(known) == {"cedar-government-money-i", "cedar-government-money-r"}
    for days, gap, residue in known.values():
        assert (days, residue) == (365, 0)
        assert gap <= Decimal("2e-8")
    assert {(name, reason) for name, reason, *_ in found if reason is not None} == {
        (f"cedar-{name}", "UNSUPPORTED_CONVENTION")
        for name in ("euro-liquidity-b", "euro-liquidity-i", "prime-money-i", "prime-money-s")
    }
