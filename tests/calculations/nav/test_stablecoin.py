"""Stablecoins: E-19 of nav.md 8, each kind of backing, haircuts, vaults, rebasing, what must always hold, errors."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.nav import Price, Strike
from calculations.nav.methods.stablecoin.haircuts import haircut_table
from calculations.nav.methods.stablecoin.pegs import Claim, Rebase, rebased
from calculations.nav.methods.stablecoin.vaults import Vault, debt_with_fee
from calculations.nav.numbers import precise
from calculations.nav.results import Measure, Unavailable
from tests.calculations.nav.evidence import Stated, assumed, evidence, struck
from tests.calculations.nav.examples import example
from tests.calculations.nav_inputs import DAY, D, price, rounded

NOISE = D("1e-30")
AT_CLOSE = dt.datetime(2026, 3, 10, 17, tzinfo=dt.UTC)
INSTRUMENTS = [
    {"instrument_id": "COIN", "instrument_type": "TOKEN", "currency": "USD"},
    {"instrument_id": "ETHER", "instrument_type": "TOKEN", "currency": "USD"},
    {"instrument_id": "GOLD", "instrument_type": "COMMODITY", "currency": "USD", "unit_of_measure": "TROY_OZ"},
    {
        "instrument_id": "BILL",
        "instrument_type": "BILL",
        "currency": "USD",
        "quote_basis": "PER_100",
        "coupon_kind": "ZERO",
        "maturity_date": DAY + dt.timedelta(days=60),
    },
]
PRICES = [
    price("ETHER", "3000", as_of=AT_CLOSE),
    price("GOLD", "2400", as_of=AT_CLOSE),
    price("BILL", "99.5", price_type="CLEAN", as_of=AT_CLOSE, source="VENDOR"),
]


def reserve(reserve_id: str, kind: str, value: str | None = None, **more: Any) -> dict[str, Any]:
    terms = {"reserve_id": reserve_id, "kind": kind, "as_of": AT_CLOSE, "currency": "USD", "attestation_date": DAY}
    return terms | {"value": None if value is None else D(value), "is_exogenous": True} | more


def vault(reserve_id: str, quantity: str, debt: str, **more: Any) -> dict[str, Any]:
    terms = {
        "instrument_id": "ETHER",
        "quantity": D(quantity),
        "debt_principal": D(debt),
        "stability_fee_rate": D(0),
        "stability_fee_from": DAY,
        "fee_compounding": "SIMPLE",
        "haircut_rate": D("0.1"),
    }
    return reserve(reserve_id, "VAULT", attestation_date=None) | terms | more


def coin(
    subtype: str | None,
    *reserves: dict[str, Any],
    tokens: int = 1000,
    known: list[Stated] | None = None,
    prices: list[Price] | None = None,
    accruals: list[dict[str, Any]] | None = None,
    supply: list[dict[str, Any]] | None = None,
    **row: Any,
) -> Strike:
    """A coin of one dollar with 1,000 tokens of 6 decimals."""
    terms = {"subtype": subtype, "unitless": False, "peg_value": D(1), "peg_currency": "USD", "instrument_id": "COIN"}
    on_chain = {"chain": "c", "as_of": AT_CLOSE, "block_number": 1, "token_decimals": 6}
    return struck(
        evidence(
            "stablecoin",
            terms | row,
            instruments=INSTRUMENTS,
            prices=PRICES if prices is None else prices,
            reserves=reserves,
            accruals=accruals or [],
            token_supply=[on_chain | {"total_supply_units": tokens * 10**6}] if supply is None else supply,
            assumptions=known or [],
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


def line(result: Strike, line_id: str) -> Decimal | None:
    (found,) = (each for each in result.lines if each.line_id == line_id)
    return found.base_amount


# ---- E-19


def test_e19_fiat() -> None:
    result = struck(example("stablecoin", "example-e-19-fiat"))
    assert result.status == "STRUCK"
    assert result.total_assets == D("813035850")
    assert amount(result, "RESERVE_RATIO") == D("1.0001672")
    assert rounded(amount(result, "GROSS_RESERVE_RATIO"), 15) == D("1.001415384615385")
    assert amount(result, "ISSUER_SURPLUS") == 135_850
    assert line(result, "claim/issuer") == -135_850
    assert result.net_assets == D("812500000")
    assert amount(result, "REDEMPTION_NAV") == unrounded(result) == 1


def test_e19_crypto() -> None:
    result = struck(example("stablecoin", "example-e-19-crypto"))
    assert result.status == "STRUCK"
    (position,) = (each for each in result.lines if each.line_id == "reserve/VAULT-1")
    assert position.basis_amount == D("38743800")
    assert rounded(amount(result, "VAULT_STABILITY_FEE", "VAULT-1")) == D("28906.525322761023")
    assert rounded(amount(result, "VAULT_COLLATERAL_RATIO", "VAULT-1"), 18) == D("1.812244230270101628")
    assert rounded(amount(result, "VAULT_HEALTH", "VAULT-1"), 18) == D("1.208162820180067752")
    assert rounded(amount(result, "VAULT_LIQUIDATION_PRICE", "VAULT-1"), 15) == D("2586.158047418075930")
    assert rounded(amount(result, "VAULT_LIQUIDATION_MOVE", "VAULT-1") * 100) == D("-17.229699234499")
    assert amount(result, "REDEMPTION_NAV") == unrounded(result) == 1


def test_e19_fractional() -> None:
    result = struck(example("stablecoin", "example-e-19-fractional"))
    assert amount(result, "RESERVE_RATIO") == D("0.8890625")
    assert amount(result, "BACKING_OVER_TARGET") == D("0.0090625")
    assert amount(result, "REDEMPTION_NAV") == unrounded(result) == D("0.8890625")
    assert line(result, "reserve/OWN-TOKEN") == 0


# ---- three figures, never one


def test_ratio_redemption_and_market_price_are_three_figures() -> None:
    """1,100 for 1,000 tokens that trade at 0.97: ratio 1.1, redeemed at 1."""
    traded = [price("COIN", "0.97", price_type="MARKET", as_of=AT_CLOSE)]
    result = coin("FIAT", reserve("A", "CASH", "1100"), prices=traded)
    assert amount(result, "RESERVE_RATIO") == D("1.1")
    assert amount(result, "REDEMPTION_NAV") == unrounded(result) == 1
    assert amount(result, "MARKET_PRICE") == D("0.97")
    assert amount(result, "PEG_DEVIATION") == D("-0.03")


def test_a_coin_short_of_reserves_is_never_worth_its_peg() -> None:
    result = coin("FIAT", reserve("A", "CASH", "930"), reserve("B", "LIABILITY", "30"))
    assert amount(result, "REDEMPTION_NAV") == unrounded(result) == D("0.9")
    assert result.net_assets == 900
    assert amount(result, "ISSUER_SURPLUS") == 0
    assert measure(result, "MARKET_PRICE").reason == "MISSING_PRICE"


def test_accrued_fees_are_liabilities_before_the_holders() -> None:
    fee = {"accrual_id": "F", "kind": "CUSTODY", "side": "LIABILITY", "method": "STATED", "currency": "USD"}
    owed = [fee | {"amount": D(250), "start_date": DAY}]
    result = coin("FIAT", reserve("A", "CASH", "1000"), accruals=owed)
    assert amount(result, "RESERVE_RATIO") == unrounded(result) == D("0.75")


def test_a_peg_in_another_currency_than_the_products() -> None:
    """A coin of two euros kept in dollars: 1,000 tokens are owed 2,000 EUR = 2,168.40 USD at 1.0842."""
    result = coin("FIAT", reserve("A", "CASH", "2500", currency="EUR"), peg_value=D(2), peg_currency="EUR")
    assert result.net_assets == D("2168.4")
    assert amount(result, "RESERVE_RATIO") == D("1.25")
    assert (measure(result, "REDEMPTION_NAV").value, measure(result, "REDEMPTION_NAV").currency) == (2, "EUR")


def test_tokens_of_the_treasury_are_no_claim() -> None:
    on_chain = {"chain": "c", "as_of": AT_CLOSE, "block_number": 1, "token_decimals": 6}
    supply = [on_chain | {"total_supply_units": 1_500_000_000, "treasury_units": 500_000_000}]
    assert amount(coin("FIAT", reserve("A", "CASH", "1000"), supply=supply), "RESERVE_RATIO") == 1


# ---- reserves, haircuts, attestations


@pytest.mark.parametrize(
    ("kind", "row", "known", "expected"),
    [
        ("CASH", {}, [], "1000"),  # the table of nav 2: cash 0, bills 0.1 %, MMF 0.2 %, repo 0.3 %, CP 0.5 %
        ("TBILL", {}, [], "999"),
        ("MMF", {}, [], "998"),
        ("REPO", {}, [], "997"),
        ("CP", {}, [], "995"),
        ("OTHER", {}, [], "990"),
        ("DEPOSIT", {}, [], "990"),
        ("CP", {"rating": "AA-"}, [], "993"),  # and AA 0.2 %, A 0.5 %, BBB 1 % more
        ("CP", {"rating": "A"}, [], "990"),
        ("CP", {"rating": "BBB+"}, [], "985"),
        ("CP", {"rating": "A", "haircut_rate": D("0.02")}, [], "980"),
        ("CP", {"rating": "A"}, [assumed("RESERVE_HAIRCUT", "0.03", tenor="CP")], "965"),
        ("CP", {"rating": "BB"}, [assumed("RESERVE_HAIRCUT", "0.2", tenor="BB")], "795"),
    ],
)
def test_haircuts_come_from_the_row_an_assumption_or_the_table(
    kind: str, row: dict[str, Any], known: list[Stated], expected: str
) -> None:
    result = coin("FIAT", reserve("A", kind, "1000", **row), known=known)
    assert line(result, "reserve/A") == D(expected)


def test_what_the_table_gave_is_shown_as_assumed() -> None:
    result = coin(
        "FIAT", reserve("A", "CP", "1000", rating="A"), known=[assumed("RESERVE_HAIRCUT", "0.03", tenor="CP")]
    )
    shown = [(each.tenor, each.value, each.source) for each in result.assumptions]
    assert shown == [("CP", D("0.03"), "COMMITTEE"), ("A", D("0.005"), haircut_table().source)]


def test_a_reserve_without_a_value_is_priced_as_a_holding_is() -> None:
    """1,000 face of a bill at 99.5 per 100, and a tenth of a per cent off it."""
    result = coin("FIAT", reserve("A", "TBILL", quantity=D(1000), instrument_id="BILL"))
    assert line(result, "reserve/A") == D("994.005")
    assert result.fair_value_level == 2


@pytest.mark.parametrize("subtype", ["FIAT", "FRACTIONAL", "ALGORITHMIC"])
@pytest.mark.parametrize("own", [{"is_exogenous": False}, {"instrument_id": "COIN", "quantity": D(900)}])
def test_the_own_token_counts_for_nothing(subtype: str, own: dict[str, Any]) -> None:
    backing = [reserve("A", "CASH", "700"), reserve("OWN", "TOKEN", "900", **own)]
    assert unrounded(coin(subtype, *backing)) == D("0.7")


def test_only_the_last_list_of_reserves_counts() -> None:
    sold = reserve("SOLD", "CASH", "500", as_of=AT_CLOSE - dt.timedelta(days=5))
    morning = reserve("A", "CASH", "100", as_of=AT_CLOSE - dt.timedelta(hours=8))
    result = coin("FIAT", sold, morning, reserve("A", "CASH", "600"), reserve("B", "CASH", "300"))
    assert result.total_assets == 900


@pytest.mark.parametrize(
    ("days", "row", "status"),
    [(35, {}, "STRUCK"), (36, {}, "FAILED"), (36, {"attestation_max_age_days": 40}, "STRUCK")],
)
def test_an_attestation_may_be_35_days_old(days: int, row: dict[str, Any], status: str) -> None:
    result = coin("FIAT", reserve("A", "CASH", "1000", attestation_date=DAY - dt.timedelta(days=days)), **row)
    assert result.status == status
    if status == "FAILED":
        assert result.reason == "STALE_ATTESTATION"
        assert measure(result, "RESERVE_RATIO").reason == "STALE_ATTESTATION"


CASH = reserve("A", "CASH", "1000")
NO_SUPPLY: list[dict[str, Any]] = []


@pytest.mark.parametrize(
    ("subtype", "reserves", "more", "reason"),
    [
        ("SEIGNIORAGE", [CASH], {}, "UNKNOWN_SUBTYPE"),
        (None, [CASH], {}, "UNKNOWN_SUBTYPE"),
        ("FIAT", [], {}, "MISSING_HOLDINGS"),
        ("FIAT", [reserve("L", "LIABILITY", "5")], {}, "MISSING_HOLDINGS"),
        ("FIAT", [CASH], {"supply": NO_SUPPLY}, "NO_SHARES"),
        ("FIAT", [CASH], {"tokens": 0}, "NO_SHARES"),
        ("FIAT", [CASH], {"peg_value": None}, "MISSING_TERMS"),
        ("FIAT", [CASH], {"peg_value": D(0)}, "DOMAIN"),
        ("FIAT", [CASH], {"peg_currency": None}, "MISSING_TERMS"),
        ("FIAT", [CASH], {"peg_currency": "EUR"}, "UNIT_MISMATCH"),
        ("FIAT", [reserve("A", "CASH", "1", currency="SEK")], {"peg_currency": "SEK"}, "MISSING_FX"),
        ("FIAT", [CASH, reserve("L", "LIABILITY", "5", currency="EUR")], {}, "UNIT_MISMATCH"),
        ("FIAT", [CASH, reserve("L", "LIABILITY")], {}, "MISSING_TERMS"),
        ("FIAT", [reserve("A", "CASH", "1", attestation_date=None)], {}, "MISSING_EVIDENCE"),
        ("FIAT", [reserve("A", "CASH", "1", attestation_date=DAY + dt.timedelta(days=1))], {}, "MISSING_EVIDENCE"),
        ("FIAT", [reserve("A", "CASH")], {}, "MISSING_VALUE"),
        ("FIAT", [reserve("A", "CP", "1", rating="CCC")], {}, "MISSING_ASSUMPTION"),
        ("FIAT", [reserve("A", "CP", "1", haircut_rate=D("1.5"))], {}, "DOMAIN"),
        ("FIAT", [reserve("A", "TOKEN", quantity=D(1), instrument_id="UNPRICED")], {}, "MISSING_PRICE"),
        ("CRYPTO", [CASH], {}, "MISSING_EVIDENCE"),
        ("CRYPTO", [vault("V", "1", "1", instrument_id="UNPRICED")], {}, "MISSING_PRICE"),
        ("CRYPTO", [vault("V", "1", "1", debt_principal=None)], {}, "MISSING_TERMS"),
        ("CRYPTO", [vault("V", "1", "1", stability_fee_rate=None)], {}, "MISSING_TERMS"),
        ("CRYPTO", [vault("V", "1", "1", fee_compounding="WEEKLY")], {}, "UNSUPPORTED_CONVENTION"),
        ("CRYPTO", [vault("V", "1", "1", stability_fee_from=DAY + dt.timedelta(days=1))], {}, "BAD_SCHEDULE"),
        ("COMMODITY", [reserve("B", "BAR", instrument_id="GOLD", gross_weight=D(1))], {}, "MISSING_TERMS"),
    ],
)
def test_what_a_coin_cannot_be_valued_for(
    subtype: str | None, reserves: list[dict[str, Any]], more: dict[str, Any], reason: str
) -> None:
    result = coin(subtype, *reserves, **more)
    assert (result.status, result.reason, result.net_assets) == ("FAILED", reason, None)


def test_a_stale_price_of_collateral_is_no_price() -> None:
    old = [price("ETHER", "3000", as_of=AT_CLOSE - dt.timedelta(hours=2))]
    assert coin("CRYPTO", vault("V", "1", "1000"), prices=old).reason == "STALE_PRICE"


def test_register_and_chain_must_agree() -> None:
    on_chain = {"chain": "c", "as_of": AT_CLOSE, "block_number": 1, "token_decimals": 6}
    supply = [on_chain | {"total_supply_units": 1000 * 10**6, "register_supply": D("999.9")}]
    assert coin("FIAT", CASH, supply=supply).reason == "DUPLICATE_INPUT"


# ---- vaults


@pytest.mark.parametrize(
    ("compounding", "expected"),
    [
        ("ANNUAL_EFFECTIVE", 1000 * math.exp(math.log1p(0.11) * 183 / 365)),
        ("DAILY", 1000 * math.exp(math.log1p(0.11 / 365) * 183)),
        ("SIMPLE", 1000 + 1000 * 0.11 * 183 / 365),
    ],
)
def test_a_stability_fee_compounds_as_its_vault_says(compounding: str, expected: float) -> None:
    debt = debt_with_fee(D(1000), D("0.11"), compounding, 183, Fraction(183, 365))
    assert float(debt) == pytest.approx(expected, rel=1e-13)


def test_vaults_are_worth_no_more_than_they_owe_and_each_stands_alone() -> None:
    """One ether of 3,000 with a tenth off: 2,700 against 1,000 counts 1,000; against 4,000 only 2,700; 200 of
    buffer.
    """
    good, bad = vault("GOOD", "1", "1000"), vault("BAD", "1", "4000")
    result = coin("CRYPTO", good, bad, reserve("BUFFER", "BUFFER", "200", attestation_date=None), tokens=5000)
    assert (line(result, "reserve/GOOD"), line(result, "reserve/BAD")) == (1000, 2700)
    assert amount(result, "REDEMPTION_NAV") == unrounded(result) == D("0.78")  # 3,900 of 5,000
    assert amount(result, "VAULT_COLLATERAL_RATIO", "BAD") == D("0.75")
    assert measure(result, "VAULT_HEALTH", "BAD").reason == "MISSING_TERMS"


def test_coins_beyond_the_debt_of_all_vaults_are_owed_too() -> None:
    assert unrounded(coin("CRYPTO", vault("V", "1", "1000"), tokens=2000)) == D("0.5")


def test_the_ratio_is_measured_on_the_debt_with_its_fee() -> None:
    """2,700 of collateral for a debt of 3,300, fee included: a token gets 2,700/3,300, what is over is the fee's
    part.
    """
    short = vault("V", "1", "3000", stability_fee_rate=D("0.1"), stability_fee_from=DAY - dt.timedelta(days=365))
    result = coin("CRYPTO", short, tokens=3000)
    with precise():
        assert abs(unrounded(result) - D(2700) / 3300) < D("1e-12")


def test_haircuts_of_collateral_may_be_assumed_by_instrument() -> None:
    known = [assumed("LIQUIDATION_HAIRCUT", "0.4", scope_type="INSTRUMENT", scope_id="ETHER")]
    result = coin("CRYPTO", vault("V", "1", "2000", haircut_rate=None), tokens=2000, known=known)
    assert line(result, "reserve/V") == 1800


def test_a_vault_without_debt_or_collateral_has_no_ratio_or_price() -> None:
    idle = coin("CRYPTO", vault("V", "1", "0"), vault("W", "0", "1000"), liquidation_ratio=D("1.5"))
    assert measure(idle, "VAULT_COLLATERAL_RATIO", "V").reason == "DOMAIN"
    assert measure(idle, "VAULT_LIQUIDATION_PRICE", "W").reason == "DOMAIN"
    assert measure(idle, "VAULT_LIQUIDATION_MOVE", "W").reason == "DOMAIN"


AMOUNTS = st.decimals(min_value=0, max_value=10**9, places=2)


@given(AMOUNTS, AMOUNTS, st.decimals(min_value=0, max_value=1, places=4))
def test_a_vault_covers_at_most_its_debt_and_its_collateral(
    collateral: Decimal, debt: Decimal, haircut: Decimal
) -> None:
    assert 0 <= Vault(D(1), collateral, debt, haircut).covered <= min(collateral, debt)


@given(st.decimals(min_value=1, max_value=10**6, places=2), st.decimals(min_value=1, max_value=10**6, places=2))
def test_at_the_liquidation_price_the_ratio_is_the_liquidation_ratio(quantity: Decimal, debt: Decimal) -> None:
    with precise():
        falls_to = Vault(quantity, debt * 3, debt, D(0)).liquidation_price(D("1.5"))
        assert abs(Vault(quantity, quantity * falls_to, debt, D(0)).collateral_ratio - D("1.5")) < NOISE


# ---- the claim


@given(
    st.decimals(min_value=1, max_value=10**9, places=6),
    st.decimals(min_value="0.01", max_value=100, places=2),
    AMOUNTS,
    AMOUNTS,
)
def test_holders_and_issuer_share_all_there_is(supply: Decimal, peg: Decimal, net: Decimal, debt: Decimal) -> None:
    claim = Claim(supply, peg, debt)
    nav, surplus = claim.redemption_nav(net), claim.surplus(net)
    with precise():
        assert abs(supply * nav + surplus - net) < NOISE * 10**6
        assert surplus > -NOISE * 10**6
    assert 0 <= nav <= peg


def test_reserves_in_any_order_are_the_same_strike() -> None:
    rows = [reserve("A", "CASH", "400"), reserve("B", "TBILL", "300"), vault("V", "1", "200")]
    assert coin("FIAT", *rows) == coin("FIAT", *reversed(rows))


# ---- metal


def bars(**more: Any) -> dict[str, Any]:
    """One ounce gross of fineness 0.99995: 1.000 fine at three decimals."""
    terms = {"gross_weight": D(1), "fineness": D("0.99995"), "unit_of_measure": "TROY_OZ", "fine_weight_dp": 3}
    return reserve("BAR", "BAR", instrument_id="GOLD") | terms | more


def test_a_coin_of_metal_is_worth_its_fine_units_less_storage() -> None:
    """2,400 less 12 of storage over 1,000 tokens of a thousandth of an ounce each; nothing is the issuer's."""
    fee = {"accrual_id": "S", "kind": "STORAGE", "side": "LIABILITY", "method": "STATED", "currency": "USD"}
    owed = [fee | {"amount": D(12), "start_date": DAY}]
    result = coin("COMMODITY", bars(), accruals=owed, units_per_token=D("0.001"))
    assert amount(result, "REDEMPTION_NAV") == unrounded(result) == D("2.388")
    assert amount(result, "RESERVE_RATIO") == 1
    assert all(each.kind != "ISSUER_SURPLUS" for each in result.lines)


def test_too_few_units_for_the_tokens_show() -> None:
    result = coin("COMMODITY", bars(), units_per_token=D("0.00125"))
    assert amount(result, "RESERVE_RATIO") == D("0.8")
    stated = coin("COMMODITY", reserve("A", "COMMODITY", "2400"), units_per_token=D("0.001"))
    assert measure(stated, "RESERVE_RATIO").reason == "MISSING_EVIDENCE"
    assert measure(coin("COMMODITY", bars()), "RESERVE_RATIO").reason == "MISSING_TERMS"


def test_a_bar_is_weighed_as_it_is_priced() -> None:
    assert coin("COMMODITY", bars(unit_of_measure="GRAM")).reason == "UNIT_MISMATCH"


# ---- rebasing

ELASTIC: dict[str, Any] = {
    "positive_rebase_limit": D("0.05"),
    "negative_rebase_limit": D("0.03"),
    "deadband_rate": D("0.02"),
    "rebase_lag": D(10),
}


@pytest.mark.parametrize(
    ("traded", "expected"),
    [("1.05", "0.005"), ("0.9", "-0.01"), ("1.02", "0"), ("0.98", "0"), ("1.6", "0.05"), ("0.5", "-0.03")],
)
def test_supply_follows_the_price_within_its_limits(traded: str, expected: str) -> None:
    prices = [price("COIN", traded, price_type="MARKET", as_of=AT_CLOSE)]
    result = coin("REBASING", reserve("A", "CASH", "900"), prices=prices, **ELASTIC)
    assert amount(result, "REBASE_SHARE") == D(expected)
    assert amount(result, "SUPPLY_AFTER_REBASE") == 1000 * (1 + D(expected))
    assert unrounded(result) == D("0.9")


def test_the_target_may_be_assumed() -> None:
    prices = [price("COIN", "1.05", price_type="MARKET", as_of=AT_CLOSE)]
    known = [assumed("TARGET_PRICE", "1.05", "PRICE")]
    assert amount(coin("REBASING", CASH, prices=prices, known=known, **ELASTIC), "REBASE_SHARE") == 0


def test_without_terms_or_a_price_there_is_no_rebase_and_still_a_nav() -> None:
    prices = [price("COIN", "1.05", price_type="MARKET", as_of=AT_CLOSE)]
    result = coin("REBASING", CASH, prices=prices, **(ELASTIC | {"rebase_lag": None}))
    assert (result.status, measure(result, "REBASE_SHARE").reason) == ("STRUCK", "MISSING_TERMS")
    assert measure(coin("REBASING", CASH, prices=[], **ELASTIC), "REBASE_SHARE").reason == "MISSING_PRICE"


@given(
    st.decimals(min_value="0.01", max_value=100, places=4),
    st.decimals(min_value=1, max_value=10**9, places=6),
    st.integers(1, 99),
)
def test_a_rebase_leaves_everyones_part_and_the_whole_value(price: Decimal, supply: Decimal, percent: int) -> None:
    terms = Rebase(D("0.1"), D("0.1"), D("0.01"), D(5))
    share = terms.share(price, D(1))
    assert abs(share) <= D("0.1")
    with precise():
        mine = supply * percent / 100
        assert abs(rebased(mine, share) / rebased(supply, share) - D(percent) / 100) < NOISE
        after = supply * price / rebased(supply, share)
        assert abs(rebased(supply, share) * after - supply * price) < NOISE * 10**12


@pytest.mark.parametrize("terms", [("0.1", "0.1", "0", "0"), ("-0.1", "0.1", "0", "1"), ("0.1", "1.1", "0", "1")])
def test_rebase_terms_outside_their_domain(terms: tuple[str, str, str, str]) -> None:
    with pytest.raises(Unavailable, match="rebase terms"):
        Rebase(*(D(each) for each in terms))
