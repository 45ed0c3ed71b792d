"""Tokenised funds: E-18 of nav.md 8, supply over chains, vault shares in integers, parity, staleness, errors."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.nav import Strike
from calculations.nav.methods.digital_fund import after_pending_burn, nav_per_token
from calculations.nav.methods.tokens import ChainSupply, Supply, assets_for_shares, shares_for_assets
from calculations.nav.numbers import precise
from calculations.nav.results import Measure, Unavailable
from tests.calculations.nav.evidence import evidence, struck
from tests.calculations.nav.examples import example
from tests.calculations.nav_inputs import DAY, D, price, rounded

NOISE = D("1e-30")
AT_CLOSE = dt.datetime(2026, 3, 10, 17, tzinfo=dt.UTC)
DAYS_AGO_40 = AT_CLOSE - dt.timedelta(days=40)


def chain(name: str = "demo", total: int = 100_000_000, **more: Any) -> dict[str, Any]:
    """100 tokens of 6 decimals on one chain at the close."""
    terms = {"chain": name, "as_of": AT_CLOSE, "block_number": 7, "token_decimals": 6, "total_supply_units": total}
    return terms | more


def token(*supply: dict[str, Any], nav_as_of: dt.datetime = AT_CLOSE, **row: Any) -> Strike:
    """10 units at 105 and cash of 50, in dollars."""
    terms = {"unitless": False, "underlying_instrument_id": "U", "instrument_id": "T"}
    held = {"as_of_date": DAY, "leg": "LONG", "currency": "USD"}
    return struck(
        evidence(
            "digital_fund",
            terms | row,
            instruments=[{"instrument_id": "U", "instrument_type": "FUND_UNIT", "currency": "USD"}],
            holdings=[
                held | {"instrument_id": "U", "holding_type": "FUND_UNITS", "quantity": D(10), "fair_value_level": "2"},
                held | {"instrument_id": "CASH-USD", "holding_type": "CASH", "quantity": D(50)},
            ],
            prices=[
                price("U", "105", price_type="NAV", as_of=nav_as_of),
                price("T", "11.22", price_type="MARKET", as_of=AT_CLOSE),
            ],
            token_supply=supply or [chain()],
        )
    )


def measure(result: Strike, name: str, subject: str = "") -> Measure:
    (found,) = (each for each in result.measures if (each.name, each.subject_id) == (name, subject))
    return found


def amount(result: Strike, name: str, subject: str = "") -> Decimal:
    value = measure(result, name, subject).value
    assert value is not None
    return value


def unrounded(result: Strike) -> Decimal:
    nav = result.classes[0].nav_per_share_unrounded
    assert nav is not None
    return nav


# ---- E-18


def test_e18_token_fund() -> None:
    result = struck(example("digital_fund", "example-e-18"))
    assert result.status == "STRUCK"
    assert result.net_assets == D("12497175.204463866849")
    assert result.total_liabilities == D("409.852086133151")
    assert result.classes[0].shares_outstanding == 12_470_000
    assert rounded(unrounded(result), 18) == D("1.002179246548826532")
    assert amount(result, "MARKET_PRICE") == D("1.0035")
    assert rounded(amount(result, "TOKEN_PARITY") * 100, 6) == D("0.131788")
    assert amount(result, "PENDING_BURN") == 150_000


def test_e18_a_pending_burn_leaves_the_nav_unchanged() -> None:
    net, supply = D("12497175.204463866849"), D(12_470_000)
    with precise():
        after = after_pending_burn(net, supply, D(150_000))
        assert after[1] == 12_320_000
        assert rounded(nav_per_token(*after), 18) == D("1.002179246548826532")


@given(
    st.decimals(min_value=1, max_value=10**12, places=6),
    st.integers(2, 10**12),
    st.integers(0, 10**12),
)
def test_burning_at_nav_never_moves_the_nav(net: Decimal, supply: int, pending: int) -> None:
    pending = min(pending, supply - 1)
    with precise():
        before = nav_per_token(net, D(supply))
        assert abs(nav_per_token(*after_pending_burn(net, D(supply), D(pending))) / before - 1) < NOISE


# ---- supply


def test_treasury_and_burnt_tokens_are_no_claim_and_chains_add_up() -> None:
    """100 - 20 - 5 tokens of 6 decimals and 25 of 18: 100 tokens on net assets of 1,100."""
    result = token(
        chain("one", treasury_units=20_000_000, burnt_units=5_000_000),
        chain("two", 25 * 10**18, token_decimals=18, pending_burn_units=10**18),
    )
    assert amount(result, "CIRCULATING_SUPPLY") == 100
    assert unrounded(result) == 11
    assert amount(result, "PENDING_BURN_VALUE") == 11
    assert rounded(amount(result, "TOKEN_PARITY")) == D("0.02")
    assert result.fair_value_level == 2


def test_supply_beyond_64_bits_is_exact() -> None:
    supply = Supply((ChainSupply("c", 1, 18, 123_456_789_012_345_678_901_234_567_891),))
    assert supply.circulating == D("123456789012.345678901234567891")


def test_the_last_supply_by_the_cut_off_counts() -> None:
    earlier = chain(total=50_000_000, as_of=AT_CLOSE - dt.timedelta(hours=5))
    later = chain(total=999_000_000, as_of=AT_CLOSE + dt.timedelta(minutes=1))
    assert unrounded(token(later, chain(), earlier)) == 11


@pytest.mark.parametrize(("register", "status"), [("100", "STRUCK"), ("100.000001", "STRUCK"), ("99.999998", "FAILED")])
def test_register_and_chain_agree_within_a_base_unit(register: str, status: str) -> None:
    result = token(chain(register_supply=D(register)))
    assert result.status == status
    assert abs(amount(result, "REGISTER_GAP_UNITS", "demo")) == abs(D(100) - D(register)) * 10**6
    if status == "FAILED":
        assert result.reason == "DUPLICATE_INPUT"
        assert "block 7" in result.failures[0].detail


def test_burnt_tokens_are_in_no_register() -> None:
    assert token(chain(burnt_units=1_000_000, register_supply=D(99))).status == "STRUCK"


# ---- staleness and parity


def test_a_token_is_no_fresher_than_its_underlying() -> None:
    assert amount(token(nav_as_of=DAYS_AGO_40), "UNDERLYING_AGE", "U") == 40
    assert token(nav_as_of=DAYS_AGO_40, max_staleness_days=40).status == "STRUCK"
    stale = token(nav_as_of=DAYS_AGO_40, max_staleness_days=39)
    assert (stale.status, stale.reason) == ("FAILED", "STALE_PRICE")
    assert measure(stale, "TOKEN_PARITY").reason == "STALE_PRICE"
    assert token(chain(as_of=DAYS_AGO_40), max_staleness_days=39).reason == "STALE_VALUATION"


def test_parity_needs_a_market_price_and_holds_nothing_up() -> None:
    result = token(instrument_id="NOT-TRADED")
    assert result.status == "STRUCK"
    assert (measure(result, "TOKEN_PARITY").value, measure(result, "TOKEN_PARITY").reason) == (None, "MISSING_PRICE")
    assert measure(token(instrument_id=None), "TOKEN_PARITY").reason == "MISSING_PRICE"


@pytest.mark.parametrize(
    ("supply", "row", "reason"),
    [
        ([chain(as_of=AT_CLOSE + dt.timedelta(days=1))], {}, "NO_SHARES"),
        ([chain(total=0)], {}, "NO_SHARES"),
        ([chain(treasury_units=100_000_000)], {}, "NO_SHARES"),
        ([chain(burnt_units=100_000_001)], {}, "DOMAIN"),
        ([chain(pending_burn_units=100_000_001)], {}, "DOMAIN"),
        ([chain(token_decimals=None)], {}, "MISSING_TERMS"),
        ([chain(block_number=None)], {}, "MISSING_TERMS"),
        ([], {"underlying_instrument_id": None}, "MISSING_TERMS"),
        ([], {"underlying_instrument_id": "OTHER"}, "MISSING_HOLDINGS"),
    ],
)
def test_what_a_token_fund_cannot_be_valued_for(supply: list[dict[str, Any]], row: dict[str, Any], reason: str) -> None:
    result = token(*supply, **row)
    assert (result.status, result.reason, result.net_assets) == ("FAILED", reason, None)


def test_without_a_price_of_the_underlying_there_is_no_nav() -> None:
    assert token(nav_as_of=AT_CLOSE + dt.timedelta(days=1)).reason == "MISSING_PRICE"


# ---- ERC-4626


def test_vault_shares_round_in_favour_of_the_vault() -> None:
    """150 of an asset, 100 shares: 50 shares are 75; 10 of the asset are 6 2/3 shares; virtual: 50 x 151/101 =
    74.75.
    """
    assert assets_for_shares(50, 150, 100) == 75
    assert (shares_for_assets(10, 150, 100), shares_for_assets(10, 150, 100, up=True)) == (6, 7)
    assert (assets_for_shares(50, 150, 100, 0), assets_for_shares(50, 150, 100, 0, up=True)) == (74, 75)


def test_an_offset_makes_inflating_a_vault_pointless() -> None:
    """One share and 10,001 of the asset: 5,000 buy nothing; with offset 6 they buy 5,000 x 1,000,001 / 10,002
    shares.
    """
    assert shares_for_assets(5_000, 10_001, 1) == 0
    assert shares_for_assets(5_000, 10_001, 1, 6) == 499_900


def test_an_empty_vault_is_one_for_one() -> None:
    assert assets_for_shares(7, 0, 0) == shares_for_assets(7, 0, 0) == 7
    with pytest.raises(Unavailable, match="no price"):
        shares_for_assets(7, 0, 3)
    with pytest.raises(Unavailable, match="must be >= 0"):
        assets_for_shares(-7, 1, 3)


UNITS = st.integers(1, 10**30)


@given(UNITS, UNITS, UNITS, st.none() | st.integers(0, 18))
def test_going_in_and_out_of_a_vault_never_gains(amount: int, assets: int, supply: int, offset: int | None) -> None:
    shares = shares_for_assets(amount, assets, supply, offset)
    assert assets_for_shares(shares, assets, supply, offset) <= amount
    assert assets_for_shares(shares, assets, supply, offset, up=True) <= amount
    assert shares_for_assets(amount, assets, supply, offset, up=True) - shares in (0, 1)


def test_the_price_of_a_vault_share_is_a_whole_number_of_base_units() -> None:
    """105 of the asset over 100 shares of 6 decimals: 1.05; virtual, 105,000,001 / 100,000,001 of 1,000,000 floored."""
    plain = token(chain(vault_assets_units=105_000_000))
    assert amount(plain, "VAULT_ASSETS_PER_SHARE_UNITS", "demo") == 1_050_000
    virtual = token(chain(vault_assets_units=105_000_000, decimals_offset=0))
    assert amount(virtual, "VAULT_ASSETS_PER_SHARE_UNITS", "demo") == 1_049_999
