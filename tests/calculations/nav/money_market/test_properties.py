"""What holds for every book: order and lots change nothing, shares stay shares, averages lie between their ends."""

from __future__ import annotations

from dataclasses import asdict, replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from calculations.nav.money_market import Compliance, Holding, check, mandatory_liquidity_fee, measures
from calculations.nav.money_market.regulation import regulation
from tests.calculations.nav.money_market.books import DAY, D, after, agency, cash, fund, lot, repo, treasury

KINDS = (lot, treasury, agency, repo)
FUNDS = st.sampled_from([t for r in ("US_2A7", "EU_MMFR") for t in regulation(r).fund_types])  # type: ignore[arg-type]


@st.composite
def holdings(draw: st.DrawFn) -> tuple[Holding, ...]:
    lots = [
        draw(st.sampled_from(KINDS))(
            f"lot{number}",
            draw(st.integers(2, 10**9)) * 2,
            draw(st.integers(0, 800)),
            issuer_id=draw(st.sampled_from("ABC")),
            guarantor_id=draw(st.sampled_from([None, "A", "G"])),
            coupon_kind=draw(st.sampled_from(["ZERO", "FLOATER"])),
            demand_notice_days=draw(st.sampled_from([None, 1, 7, 30])),
            purchase_date=after(-draw(st.integers(0, 9))),
            is_illiquid=draw(st.booleans()),
            liquidity_cost_bps=Decimal(draw(st.integers(0, 40))),
        )
        for number in range(draw(st.integers(1, 7)))
    ]
    return (*lots, cash(draw(st.integers(1, 10**9))))


def said(rows: tuple[Compliance, ...]) -> list[dict[str, object]]:
    """Verdicts without the names of lots, which splitting changes."""
    return [{k: v for k, v in asdict(each).items() if k not in ("detail", "subjects")} for each in rows]


@given(FUNDS, holdings(), st.randoms())
def test_the_order_of_holdings_changes_nothing(fund_type: str, held: tuple[Holding, ...], random: object) -> None:
    of = fund(fund_type, net_redemptions=D(5))
    mixed = list(held)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert measures(of, mixed, DAY) == measures(of, held, DAY)
    assert check(of, mixed, DAY) == check(of, held, DAY)


@given(FUNDS, holdings())
def test_splitting_a_lot_changes_nothing(fund_type: str, held: tuple[Holding, ...]) -> None:
    of = fund(fund_type, net_redemptions=D(5))
    first, *others = held
    half = (first.market_value or D(0)) / 2
    halves = [replace(first, holding_id=f"half{n}", market_value=half, amortised_cost=half) for n in (1, 2)]
    split = [*halves, *others]
    assert measures(of, split, DAY) == measures(of, held, DAY)
    assert said(check(of, split, DAY)) == said(check(of, held, DAY))
    assert mandatory_liquidity_fee(of, split, DAY) == mandatory_liquidity_fee(of, held, DAY)


@given(FUNDS, holdings())
def test_shares_and_averages_stay_within_their_bounds(fund_type: str, held: tuple[Holding, ...]) -> None:
    figures = measures(fund(fund_type), held, DAY)
    daily, weekly = figures.daily_liquid.value, figures.weekly_liquid.value
    assert daily is not None
    assert weekly is not None
    assert 0 <= daily <= weekly <= 1
    assert figures.wam.value is not None
    assert figures.wal.value is not None
    assert 0 <= figures.wam.value <= 800
    assert 0 <= figures.wal.value <= 800


@given(FUNDS, holdings(), st.integers(2, 1000))
def test_the_size_of_a_fund_changes_no_share(fund_type: str, held: tuple[Holding, ...], times: int) -> None:
    def scaled(value: Decimal | None) -> Decimal | None:
        return None if value is None else value * times

    of = fund(fund_type, net_redemptions=D(5))
    larger = [replace(h, market_value=scaled(h.market_value), amortised_cost=scaled(h.amortised_cost)) for h in held]
    grown = replace(of, shares_outstanding=scaled(of.shares_outstanding), net_redemptions=scaled(of.net_redemptions))
    assert [each.outcome for each in check(grown, larger, DAY)] == [each.outcome for each in check(of, held, DAY)]


@given(FUNDS, holdings())
def test_a_verdict_agrees_with_its_figures(fund_type: str, held: tuple[Holding, ...]) -> None:
    for each in check(fund(fund_type, net_redemptions=D(5)), held, DAY):
        if each.outcome == "NOT_APPLICABLE":
            assert each.passed is None
        elif each.actual is None or each.limit is None:
            assert (each.outcome, each.passed) == ("NOT_EVALUATED", False)
        elif each.outcome in ("BREACHED", "PASSIVE", "EXCEPTED"):
            assert each.actual < each.limit if each.direction == "MIN" else each.actual > each.limit
