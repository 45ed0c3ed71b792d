"""What is not known is no pass: each rule that needs it says so. Source: nav 5, missing evaluation is a failure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from calculations.nav.money_market import Holding, MoneyMarketFund, check, measures
from tests.calculations.nav.money_market.books import DAY, D, after, agency, cash, fund, lot, repo, row

PRIME = fund("INSTITUTIONAL_PRIME")
LVNAV = fund("LVNAV")


@pytest.mark.parametrize(
    ("rule_code", "of", "held", "reason"),
    [
        ("MMF_WAM", PRIME, lot("a", None), "MISSING_VALUE"),
        ("MMF_WAM", PRIME, lot("a", days=None), "MISSING_TERMS"),
        ("MMF_WAM", PRIME, cash(), "MISSING_HOLDINGS"),
        ("MMF_WAL", PRIME, lot("a", days=-1), "DOMAIN"),
        ("MMF_MATURITY", PRIME, lot("a", coupon_kind="VARIABLE"), "MISSING_TERMS"),
        ("MMF_ISSUER", PRIME, lot("a", issuer_id=None), "MISSING_TERMS"),
        ("MMF_ISSUER", PRIME, repo(repo_collateral=None), "MISSING_TERMS"),
        ("MMF_ISSUER", PRIME, lot("a", purchase_date=None), "MISSING_TERMS"),
        ("MMF_DLA", PRIME, agency("a", purchase_date=None), "MISSING_TERMS"),
        ("MMF_DLA", replace(PRIME, other_assets=None), lot("a"), "MISSING_VALUE"),
        ("MMF_SHADOW_50", replace(fund(), stable_nav=None), cash(), "MISSING_VALUE"),
        ("MMF_SHADOW_50", replace(fund(), stable_nav=D(0)), cash(), "DOMAIN"),
        ("MMF_SHADOW_50", replace(fund(), liabilities=None), cash(), "MISSING_VALUE"),
        ("MMF_SHADOW_50", replace(fund(), shares_outstanding=D(0)), cash(), "NO_SHARES"),
        ("MMF_SHADOW_50", replace(fund(), shares_outstanding=None), cash(), "NO_SHARES"),
        ("MMF_DEPOSIT", LVNAV, lot("a", instrument_type="DEPOSIT", issuer_id=None), "MISSING_TERMS"),
        ("MMF_AMORTISED_DEVIATION", LVNAV, lot("a", amortised_cost=None, is_at_amortised_cost=True), "MISSING_VALUE"),
    ],
)
def test_a_rule_without_its_input_is_not_passed(
    rule_code: str, of: MoneyMarketFund, held: Holding, reason: str
) -> None:
    verdict = row(rule_code, of, held)
    assert (verdict.outcome, verdict.passed, verdict.reason) == ("NOT_EVALUATED", False, reason)
    assert verdict.actual is None
    assert verdict.detail
    assert verdict.blocks_buying is verdict.is_acquisition_test


def test_a_fund_without_holdings_passes_nothing_that_applies() -> None:
    verdicts = check(fund(), [], DAY)
    assert {each.outcome for each in verdicts} == {"NOT_APPLICABLE", "NOT_EVALUATED"}
    assert not any(each.passed for each in verdicts)


def test_each_figure_is_known_or_says_why_not() -> None:
    figures = measures(PRIME, [lot("a", days=None, amortised_cost=None)], DAY)
    assert (figures.market_nav.value, figures.total_assets.value) == (D("0.1"), D(100))
    assert [each.reason for each in (figures.wam, figures.wal, figures.weekly_liquid, figures.amortised_nav)] == [
        "MISSING_TERMS",
        "MISSING_TERMS",
        "MISSING_TERMS",
        "MISSING_VALUE",
    ]


def test_what_is_wrong_in_kind_is_refused() -> None:
    with pytest.raises(ValueError, match=r"fund: fund type must be one of GOVERNMENT, .* found 'LVNAV'"):
        check(replace(LVNAV, regime="US_2A7"), [cash()], DAY)
    with pytest.raises(ValueError, match="regime must be one of US_2A7, EU_MMFR, found 'UK'"):
        check(replace(fund(), regime="UK"), [cash()], DAY)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="a: market_value must be a Decimal, found a float"):
        check(PRIME, [replace(lot("a"), market_value=1.5)], DAY)  # type: ignore[arg-type]


def test_what_is_owed_is_no_asset() -> None:
    overdraft = replace(cash(), holding_id="OVERDRAFT", market_value=D(-50))
    figures = measures(PRIME, [lot("a", 100), overdraft], DAY)
    assert (figures.total_assets.value, figures.net_assets.value, figures.wam.value) == (D(100), D(50), D(30))


def test_one_row_for_each_rule() -> None:
    codes = [each.rule_code for each in check(LVNAV, [lot("a", purchase_date=after(0))], DAY)]
    assert len(codes) == len(set(codes)) == 20
