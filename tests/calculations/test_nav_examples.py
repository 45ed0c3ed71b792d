"""Worked examples of nav.md 8 that a strike from holdings can reproduce. Every expected value is the one stated there."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from calculations.nav import Accrual, BondTerms, Position, ShareClass, Strike
from calculations.nav.accrued_interest import accrued_per_100, coupon_period
from calculations.nav.numbers import precise
from calculations.nav.receivables import CapitalOrder, CashDividend, dividend_receivable, order_outstanding
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
    rounded,
    stated,
    struck,
    valued,
)

TREASURY = BondTerms(D("0.0425"), 2, "ACT_ACT_ICMA", dt.date(2031, 5, 15))
STORED_UNIT = D("1e-12")


def base_amounts(result: Strike) -> dict[str, Decimal | None]:
    return {line.instrument_id or line.accrual_id or "": line.base_amount for line in result.lines}


def treasury(face: str = "1000000") -> Position:
    return equity("UST", face, instrument_type="BOND", quote_basis="PER_100", bond=TREASURY)


def test_e1_a_fund_in_three_currencies() -> None:
    dividend = dividend_receivable(
        CashDividend("div", "EQ-EUR", dt.date(2026, 3, 5), dt.date(2026, 3, 20), D("0.70"), "EUR", D("0.15")),
        D("12000"),
        DAY,
    )
    redemption = order_outstanding(
        CapitalOrder("r1", "REDEMPTION", "PRICED", dt.date(2026, 3, 9), None, D("51230.40"), "USD"), DAY
    )
    assert dividend is not None
    assert redemption is not None
    result = struck(
        product("310000", previous_net_assets=D("4412345.67")),
        [
            equity("EQ-EUR", "12000", "EUR"),
            equity("EQ-USD", "5500"),
            equity("EQ-GBP", "40000", "GBP"),
            treasury(),
            cash("250000"),
        ],
        [
            price("EQ-EUR", "84.35", "EUR"),
            price("EQ-USD", "212.48"),
            price("EQ-GBP", "1245.5", "GBX"),
            price("UST", "98.765625", price_type="CLEAN"),
        ],
        [
            fee("management", "0.0075", "PREVIOUS_NET_ASSETS", 9),
            Accrual(
                accrual_id="audit",
                kind="AUDIT",
                side="LIABILITY",
                method="ANNUAL_AMOUNT",
                currency="USD",
                annual_amount=D("36000"),
                accrued_from=DAY - dt.timedelta(days=69),
                day_count="ACT_365F",
            ),
            dividend,
            redemption,
        ],
    )
    assert result.status == "STRUCK"
    assert base_amounts(result) == {
        "EQ-EUR": D("1097427.24"),
        "EQ-USD": D("1168640"),
        "EQ-GBP": D("631468.5"),
        "UST": D("1001157.631215469613"),
        "div/EQ-EUR/LONG": D("7741.188"),
        "CASH-USD": D("250000"),
        "management": D("-815.981733493151"),
        "audit": D("-6805.479452054795"),
        "order/r1": D("-51230.40"),
    }
    assert result.total_assets == D("4156434.559215469613")
    # stated ...547945 and ...921668: the example adds unrounded lines, a strike adds stored ones (nav.md 8, preamble)
    assert result.total_liabilities == D("58851.861185547945") + STORED_UNIT
    assert result.net_assets == D("4097582.698029921668") - STORED_UNIT
    nav = result.classes[0]
    assert rounded(nav.nav_per_share_unrounded, 15) == D("13.218008703322328")
    assert str(nav.nav_per_share) == "13.2180"
    assert nav.rounding_residual == result.net_assets - D("310000") * D("13.2180")


def test_e1_published_with_two_decimals() -> None:
    result = struck(product("310000", nav_dp=2), [cash("4097582.698029921668")])
    assert str(result.classes[0].nav_per_share) == "13.22"


def test_e2_three_classes_one_of_them_hedged() -> None:
    terms = [
        ("A", "USD", "5400000", "61250000", "0.015"),
        ("H", "EUR", "702100.5", "8000000", "0.015"),
        ("I", "USD", "2412345.678", "30750000", "0.0065"),
    ]
    result = struck(
        product(),
        [
            equity("PORTFOLIO", "1000000"),
            valued("HEDGE", "UNREALISED", share_class_id="H", unrealised_value=D("-21873.44")),
        ],
        [price("PORTFOLIO", "100.4125")],
        [fee(f"fee-{name}", annual, "OPENING_CLASS_NET_ASSETS", 1, share_class_id=name) for name, *_, annual in terms],
        [ShareClass(name, currency, 4, D(shares), D(opening)) for name, currency, shares, opening, _ in terms],
    )
    fees = [line.base_amount for line in result.lines if line.kind == "MANAGEMENT_FEE"]
    assert fees == [D("-2517.123287671233"), D("-328.767123287671"), D("-547.602739726027")]
    a, h, i = result.classes
    assert (a.net_assets, i.net_assets) == (D("61500139.126712328767"), D("30876296.147260273973"))
    assert h.net_assets == D("8010797.792876712329")
    # stated ...068: unrounded class nets added up, a strike adds stored ones (nav.md 8, preamble)
    assert result.net_assets == D("100387233.066849315068") + STORED_UNIT
    assert rounded(a.nav_per_share_unrounded, 15) == D("11.388914653094876")
    assert rounded(i.nav_per_share_unrounded, 15) == D("12.799283464573303")
    assert rounded(h.nav_per_share_unrounded, 15) == D("10.523666684082208")
    assert [str(nav.nav_per_share) for nav in (a, i, h)] == ["11.3889", "12.7993", "10.5237"]
    assert h.fx_quotes == (EURUSD,)
    # the hedged class in the product's currency, 15 decimals as stated
    with precise():
        assert h.net_assets is not None
        assert rounded(h.net_assets / D("702100.5"), 15) == D("11.409759418881930")


def test_e3_accrued_interest_of_a_treasury_and_its_value() -> None:
    assert coupon_period(TREASURY, DAY) == (dt.date(2025, 11, 15), dt.date(2026, 5, 15))  # 115 of 181 days
    accrued = accrued_per_100(TREASURY, DAY)
    assert rounded(accrued, 18) == D("1.350138121546961326")
    with precise():
        assert rounded(D("98.765625") + accrued, 18) == D("100.115763121546961326")
    result = struck(product(), [treasury()], [price("UST", "98.765625", price_type="CLEAN")])
    assert result.total_assets == D("1001157.631215469613")


def test_e3_a_dirty_price_has_the_interest_inside() -> None:
    result = struck(product(), [treasury()], [price("UST", "100.115763121546961326", price_type="DIRTY")])
    assert result.total_assets == D("1001157.631215469613")
    assert result.lines[0].accrued_amount is None


@pytest.mark.parametrize(
    ("day_count", "expected"),
    [
        ("ACT_ACT_ICMA", "56353.591160220994"),
        ("ACT_360", "56666.666666666667"),
        ("ACT_365F", "55890.410958904110"),
        ("30_360_US", "56666.666666666667"),
        ("30E_360", "56250"),
    ],
)
def test_e4_five_day_counts(day_count: str, expected: str) -> None:
    terms = BondTerms(D("0.06"), 2, day_count, dt.date(2031, 7, 15))
    with precise():
        assert rounded(accrued_per_100(terms, dt.date(2026, 5, 31)) * D("25000")) == D(expected)


def test_e7_an_equity_in_euro_after_its_dividend() -> None:
    dividend = dividend_receivable(
        CashDividend("div", "EQ", DAY, dt.date(2026, 4, 1), D("0.62"), "EUR", D("0.25")), D("48500"), DAY
    )
    assert dividend is not None
    result = struck(product(), [equity("EQ", "48500", "EUR")], [price("EQ", "37.215", "EUR")], [dividend])
    assert [line.base_amount for line in result.lines] == [D("1956902.3955"), D("24451.4205")]
    assert result.net_assets == D("1981353.816")


BARS = (("400.125", "0.9958"), ("398.750", "0.9961"), ("401.300", "0.9955"))  # gross ounces, fineness


def test_e8_gold_bars_less_accrued_storage() -> None:
    ounces = [rounded(D(weight) * D(fineness), 3) for weight, fineness in BARS]
    bars = [
        equity("XAU", str(fine), instrument_type="COMMODITY", lot_id=f"bar-{number}")
        for number, fine in enumerate(ounces)
    ]
    storage = fee("storage", "0.0012", "GROSS_VALUE", 31, kind="STORAGE")
    result = struck(product("119000"), bars, [price("XAU", "2384.65")], [storage])
    assert result.lines[0].quantity == D("1195.133")
    assert result.total_assets == D("2849973.90845")
    assert result.total_liabilities == D("290.463094231068")
    assert result.net_assets == D("2849683.445355768932")
    assert rounded(result.classes[0].nav_per_share_unrounded) == D("23.946919708872")


def test_e13_net_assets_from_a_stated_value_and_a_borrowing() -> None:
    # E-13 from the appraised value on: how the property is valued is a method of its own
    borrowing = Accrual(
        accrual_id="loan",
        kind="BORROWING",
        side="LIABILITY",
        method="STATED",
        currency="USD",
        amount=D("24300000"),
        rate=D("0.0485"),
        accrued_from=DAY - dt.timedelta(days=20),
        day_count="ACT_360",
    )
    result = struck(
        product("2150000"),
        [valued("PROPERTY", "STATED", local_value=D("55108695.652173913043"))],
        accruals=[borrowing, stated("wc", "WORKING_CAPITAL", "812400", "ASSET")],
    )
    assert base_amounts(result)["wc"] == D("812400")
    assert [line.base_amount for line in result.lines if line.kind == "INTEREST_PAYABLE"] == [D("-65475")]
    assert result.net_assets == D("31555620.652173913043")
    assert rounded(result.classes[0].nav_per_share_unrounded, 15) == D("14.677032861476239")


def test_e16_accrued_storage_of_a_collectible() -> None:
    storage = Accrual(
        accrual_id="storage",
        kind="STORAGE",
        side="LIABILITY",
        method="ANNUAL_AMOUNT",
        currency="USD",
        annual_amount=D("18400"),
        accrued_from=DAY - dt.timedelta(days=47),
        day_count="ACT_365F",
    )
    item = valued("PAINTING", "STATED", local_value=D("1289283.962726826876"))
    assert struck(product(), [item], accruals=[storage]).net_assets == D("1286914.647658333725")


def test_e18_a_token_fund_and_its_platform_fee() -> None:
    underlying = equity("FUND-X", "118250.500", instrument_type="FUND_UNIT")
    platform = fee("platform", "0.0020", "GROSS_VALUE", 6, kind="PLATFORM_FEE")
    result = struck(
        product("12470000", product_type="digital_fund"),
        [underlying, cash("31250.77")],
        [
            price("FUND-X", "105.4231", price_type="NAV"),
            price("FUND-X", "105.9", price_type="MARKET"),
            price("FUND-X", "105.8", price_type="CLOSE"),
        ],
        [platform],
    )
    assert result.total_liabilities == D("409.852086133151")
    assert result.net_assets == D("12497175.204463866849")
    nav = result.classes[0]
    assert rounded(nav.nav_per_share_unrounded, 18) == D("1.002179246548826532")
    with precise():  # the token trades at 1.0035
        assert nav.nav_per_share_unrounded is not None
        assert rounded((D("1.0035") / nav.nav_per_share_unrounded - 1) * 100, 6) == D("0.131788")


MONEY_MARKET = {  # instrument: (amortised cost, market value)
    "BILL-28": ("59795200", "59793900"),
    "BILL-91": ("44523800", "44519150"),
    "REPO": ("90000000", "90000000"),
    "AGENCY-NOTE": ("29838000", "29836900"),
    "AGENCY-FLOATER": ("25000000", "25006500"),
    "CP-BANK-B": ("13897500", "13895100"),
    "CD-BANK-C": ("12000000", "11991600"),
    "VRDN": ("13000000", "13000000"),
    "CP-CORP-F": ("10000000", "9998200"),
}


@pytest.mark.parametrize(
    ("method", "expected"), [("AMORTISED_COST", "1.000218139688845"), ("STATED", "1.000174611055942")]
)
def test_e20_a_money_market_fund_at_amortised_cost_and_at_market(method: str, expected: str) -> None:
    positions = [
        valued(instrument_id, method, amortised_cost=D(cost), local_value=D(market))  # type: ignore[arg-type]
        for instrument_id, (cost, market) in MONEY_MARKET.items()
    ]
    result = struck(product("302100000"), [*positions, cash("4500000")], accruals=[stated("fees", "PAYABLE", "388600")])
    assert rounded(result.classes[0].nav_per_share_unrounded, 15) == D(expected)
    assert str(result.classes[0].nav_per_share) == "1.0002"


def test_e22_a_fee_over_a_day_a_weekend_and_a_year_of_360_days() -> None:
    def accrued(days: int, day_count: str) -> Decimal | None:
        daily = fee("management", "0.0125", "STATED", days, basis_amount=D("118000000"), day_count=day_count)
        return struck(product(), [cash("1")], accruals=[daily]).total_liabilities

    assert accrued(1, "ACT_365F") == D("4041.095890410959")
    assert accrued(3, "ACT_365F") == D("12123.287671232877")
    assert accrued(1, "ACT_360") == D("4097.222222222222")


def test_a_unitless_strike_of_a_reported_portfolio() -> None:
    # input-contracts 5.5: 40,455,026.70 in 55 holdings + 1,013,969.18 - 119,069.87 = 41,349,926.01
    values = [D("735000.49")] * 54
    values.append(D("40455026.70") - sum(values))
    holdings = [
        valued(f"HOLDING-{number:02d}", "STATED", "USD", base_value=value) for number, value in enumerate(values)
    ]
    result = struck(
        product(None, None, is_unitless=True),
        holdings,
        accruals=[stated("other", "OTHER", "1013969.18", "ASSET"), stated("liabilities", "PAYABLE", "119069.87")],
    )
    assert (result.status, len(holdings)) == ("STRUCK", 55)
    assert result.total_assets == D("40455026.70") + D("1013969.18")
    assert result.total_liabilities == D("119069.87")
    assert result.net_assets == D("41349926.01")
    nav = result.classes[0]
    assert nav.net_assets == D("41349926.01")
    assert (nav.shares_outstanding, nav.nav_per_share, nav.reason) == (None, None, "NO_SHARES_REPORTED")


def test_pounds_quoted_in_pence_keep_the_quote_as_evidence() -> None:
    line = struck(product(), [equity("EQ", "40000", "GBP")], [price("EQ", "1245.5", "GBX")]).lines[0]
    assert (line.price, line.price_currency, line.currency) == (D("1245.5"), "GBX", "GBP")
    assert (line.amount, line.base_amount) == (D("498200"), D("631468.5"))
    assert (line.fx_rate, line.fx_as_of, line.fx_quotes) == (D("1.2675"), DAY, (GBPUSD,))
