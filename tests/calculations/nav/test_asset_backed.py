"""Pools of loans, their tranches and receivables: E-17 of nav.md 8, hand-checked waterfalls, what must always hold,
errors.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import reduce
from itertools import pairwise
from operator import add
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculations.nav import Strike
from calculations.nav.methods.asset_backed.pool import (
    NOTHING,
    PoolAssumptions,
    PoolMonth,
    PoolTerms,
    added,
    average_life,
    pool_months,
    present_value,
)
from calculations.nav.methods.asset_backed.receivables import Receivable
from calculations.nav.methods.asset_backed.tranches import TrancheTerms, sequential
from calculations.nav.numbers import precise
from calculations.nav.results import Unavailable
from tests.calculations.nav.evidence import Stated, assumed, evidence, struck
from tests.calculations.nav.examples import example
from tests.calculations.nav_inputs import DAY, D, rounded

E_17 = PoolAssumptions(D("0.1"), D("0.03"), D("0.55"), 0, D("0.005"))
NO_SPEEDS = PoolAssumptions(D(0), D(0), D(0), 0, D(0))
NOISE = D("1e-30")  # what 50 digits leave of a sum of hundreds of products

SPEEDS = [
    assumed("CPR", "0.1"),
    assumed("CDR", "0.03"),
    assumed("SEVERITY", "0.55"),
    assumed("RECOVERY_LAG", "0", "MONTHS"),
    assumed("SERVICING_RATE", "0.005"),
    assumed("DISCOUNT_RATE", "0.096"),
]
NO_LOSSES = [
    assumed("CPR", "0"),
    assumed("CDR", "0"),
    assumed("SEVERITY", "0"),
    assumed("RECOVERY_LAG", "0", "MONTHS"),
    assumed("SERVICING_RATE", "0"),
    assumed("DISCOUNT_RATE", "0.06"),
]


def item(item_id: str, balance: str = "10000000", level: str = "POOL", **more: Any) -> dict[str, Any]:
    terms = {"pool_item_id": item_id, "as_of_date": DAY, "level": level, "balance": D(balance), "currency": "USD"}
    loan = {"interest_rate": D("0.084"), "remaining_months": 12}
    return terms | ({} if level in ("INVOICE", "TRANCHE") else loan) | more


def pool(*items: dict[str, Any], known: list[Stated] | None = None, **row: Any) -> Strike:
    known = SPEEDS if known is None else known
    return struck(evidence("asset_backed", {"subtype": "LOAN_POOL"} | row, pools=items, assumptions=known))


def without(name: str, known: list[Stated] = SPEEDS) -> list[Stated]:
    return [each for each in known if each["assumption"] != name]


def measured(result: Strike) -> dict[tuple[str, str], Decimal | None]:
    return {(each.name, each.subject_id): each.value for each in result.measures}


# ---- E-17


def test_e17_first_month() -> None:
    assert rounded(E_17.smm, 18) == D("0.008741610954696706")
    assert rounded(E_17.mdr, 18) == D("0.002535048613836719")
    month = pool_months(PoolTerms(D(10_000_000), D("0.084"), 12), E_17)[0]
    assert rounded(month.default) == D("25350.486138367191")
    assert rounded(month.interest) == D("69822.546597031430")
    assert rounded(month.scheduled) == D("799702.408219065588")
    assert rounded(month.prepayment) == D("80203.818127447899")
    assert rounded(month.cash) == D("956969.825039143487")
    assert rounded(month.closing) == D("9094743.287515119321")


def test_e17_totals_and_value() -> None:
    result = struck(example("asset_backed", "example-e-17"))
    assert result.status == "STRUCK"
    assert result.net_assets == D("9827700.815351707064")
    assert result.fair_value_level == 3
    found = {name: rounded(value) for (name, subject), value in measured(result).items() if subject == "USD"}
    assert found["POOL_INTEREST"] == D("441058.133052456476")
    assert found["POOL_SCHEDULED_PRINCIPAL"] == D("9370988.382183724243")
    assert found["POOL_PREPAYMENT"] == D("468876.552094743015")
    assert found["POOL_DEFAULT"] == D("160135.065721532742")
    assert found["POOL_RECOVERY"] == D("72060.779574689734")
    assert [each.name for each in result.assumptions] == [
        "CDR",
        "CPR",
        "DISCOUNT_RATE",
        "RECOVERY_LAG",
        "SERVICING_RATE",
        "SEVERITY",
    ]


# ---- the model


def test_a_pool_without_speeds_pays_its_annuity() -> None:
    """1,000 over two months at 12 % a year: payment 1,000 x 0.01 / (1 - 1.01^-2) = 507.512437810945..., interest 10."""
    first, last = pool_months(PoolTerms(D(1000), D("0.12"), 2), NO_SPEEDS)
    assert first.interest == 10
    assert rounded(first.cash, 9) == rounded(last.cash, 9) == D("507.512437811")
    assert last.closing == 0
    assert abs(present_value([first.cash, last.cash], D("0.12")) - 1000) < NOISE


def test_a_default_is_recovered_after_the_lag() -> None:
    """CDR 100 % defaults all of it in the first month; 40 % of it comes back three months later, and nothing else."""
    everything = PoolAssumptions(D(0), D(1), D("0.6"), 3, D(0))
    months = pool_months(PoolTerms(D(500), D("0.12"), 2), everything)
    assert [month.cash for month in months] == [0, 0, 0, 200, 0]
    assert months[0].default == 500


@pytest.mark.parametrize(("lag", "expected"), [(0, [60]), (1, [60]), (3, [0, 0, 60])])
def test_what_has_defaulted_pays_its_recovery_only(lag: int, expected: list[int]) -> None:
    assumptions = PoolAssumptions(D("0.1"), D("0.1"), D("0.4"), lag, D("0.01"))
    months = pool_months(PoolTerms(D(100), D(0), 0, is_defaulted=True), assumptions)
    assert [month.cash for month in months] == expected


def test_average_life_counts_principal_by_its_month() -> None:
    """100 after one month and 300 after two: 1.75 months."""
    paid = [PoolMonth(D(0), D(0), D(7), D(principal), D(0), D(0), D(0)) for principal in (100, 300)]
    with precise():
        assert average_life(paid) == D("1.75") / 12
    assert average_life([NOTHING]) is None


RATES = st.decimals(min_value=0, max_value=1, places=4)
POOLS = st.builds(
    PoolTerms,
    st.decimals(min_value=1, max_value=10**9, places=2),
    st.decimals(min_value=0, max_value="0.4", places=4),
    st.integers(1, 60),
)
ASSUMPTIONS = st.builds(PoolAssumptions, RATES, RATES, RATES, st.integers(0, 18), RATES)


@settings(max_examples=60, deadline=None)
@given(POOLS, ASSUMPTIONS)
def test_principal_and_defaults_are_the_balance_and_nothing_is_negative(
    terms: PoolTerms, assumptions: PoolAssumptions
) -> None:
    months = pool_months(terms, assumptions)
    total = reduce(add, months)
    with precise():
        assert abs(total.scheduled + total.prepayment + total.default - terms.balance) < NOISE
        assert abs(total.recovery - total.default * (1 - assumptions.severity)) < NOISE
    assert abs(months[-1].closing) < NOISE
    for before, after in pairwise(months):
        assert after.opening == before.closing
    assert all(min(month.default, month.interest, month.scheduled, month.recovery) >= 0 for month in months)


@settings(max_examples=30, deadline=None)
@given(POOLS, ASSUMPTIONS, st.integers(1, 99))
def test_splitting_a_pool_changes_nothing(terms: PoolTerms, assumptions: PoolAssumptions, percent: int) -> None:
    with precise():
        part = terms.balance * percent / 100
        parts = [PoolTerms(each, terms.coupon_rate, terms.months) for each in (part, terms.balance - part)]
        whole = present_value((month.cash for month in pool_months(terms, assumptions)), D("0.07"))
        together = added(pool_months(each, assumptions) for each in parts)
        assert abs(present_value((month.cash for month in together), D("0.07")) - whole) < NOISE


# ---- tranches


def notes(*terms: tuple[str, str | None]) -> list[TrancheTerms]:
    return [
        TrancheTerms(f"T{rank}", rank, D(balance), None if coupon is None else D(coupon))
        for rank, (balance, coupon) in enumerate(terms, 1)
    ]


def test_tranches_are_paid_one_after_the_other() -> None:
    """200 repaid in two months without interest; the notes' interest comes out of principal, the residual bears it."""
    months = pool_months(PoolTerms(D(200), D(0), 2), NO_SPEEDS)
    senior, junior, residual = sequential(months, notes(("120", "0.12"), ("60", "0.24"), ("20", None))).tranches
    assert senior.cash == (D("98.8"), D("22.624"))  # 1.2 + 97.6; 0.224 + 22.4
    assert junior.cash == (D("1.2"), D("61.2"))
    assert residual.cash == (0, D("16.176"))
    assert (senior.principal_loss, junior.principal_loss, residual.principal_loss) == (0, 0, D("3.824"))


def test_interest_missed_stays_owed_and_losses_fall_on_the_last() -> None:
    """60 of 100 are lost at once and 40 come back in month two: the senior gets all, its missed interest first."""
    everything = PoolAssumptions(D(0), D(1), D("0.6"), 1, D(0))
    months = pool_months(PoolTerms(D(100), D(0), 1), everything)
    senior, junior = sequential(months, notes(("50", "0.12"), ("50", "0.12"))).tranches
    assert senior.cash == (0, 39)  # interest of two months 1, principal 38
    assert junior.cash == (0, 1)
    assert senior.principal_loss == 12
    assert junior.principal_loss == 50


def test_what_no_tranche_is_owed_goes_to_the_issuer() -> None:
    """100 in one month against a note of 70: 30 are the issuer's."""
    paid = sequential(pool_months(PoolTerms(D(100), D(0), 1), NO_SPEEDS), notes(("70", "0")))
    assert paid.tranches[0].cash == (70,)
    assert paid.released == (30,)


def test_a_pool_smaller_than_its_notes_pays_them_before_the_residual() -> None:
    months = pool_months(PoolTerms(D(100), D("2.4"), 1), NO_SPEEDS)  # 100 principal and 20 interest
    note, residual = sequential(months, notes(("115", "0"), ("5", None))).tranches
    assert note.cash == (115,)
    assert residual.cash == (5,)


@settings(max_examples=40, deadline=None)
@given(POOLS, ASSUMPTIONS, st.lists(st.tuples(RATES, RATES), min_size=1, max_size=4), st.booleans())
def test_all_cash_of_the_pool_goes_to_someone(
    terms: PoolTerms, assumptions: PoolAssumptions, shares: list[tuple[Decimal, Decimal]], has_residual: bool
) -> None:
    months = pool_months(terms, assumptions)
    with precise():
        stack = notes(*((str(terms.balance * share), str(coupon)) for share, coupon in shares))
        stack += [TrancheTerms("R", 99, D(1), None)] if has_residual else []
        paid = sequential(months, stack)
        received = sum((sum(each.cash) for each in paid.tranches), sum(paid.released))
        assert abs(received - sum(month.cash for month in months) - paid.unpaid_servicing) < NOISE
    assert all(amount >= 0 for each in paid.tranches for amount in each.cash)
    assert all(each.principal_loss >= 0 for each in paid.tranches)


def test_held_tranches_are_worth_their_cash_at_their_own_spread() -> None:
    """The two months above at 6 % + 6 % = 1 % a month: senior 98.8/1.01 + 22.624/1.01^2, half of it held."""
    rows = [
        item("LOANS", "200", interest_rate=D(0), remaining_months=2),
        item("A", "120", "TRANCHE", tranche_rank=1, tranche_coupon_rate=D("0.12"), held_share=D("0.5")),
        item("B", "60", "TRANCHE", tranche_rank=2, tranche_coupon_rate=D("0.24")),
        item("R", "20", "TRANCHE", tranche_rank=3),
    ]
    spreads = [assumed("TRANCHE_SPREAD", "0.06", tenor=each) for each in ("A", "B", "R")]
    result = pool(*rows, known=NO_LOSSES + spreads)
    worth = {line.line_id: line.base_amount for line in result.lines}
    with precise():
        month = D("1.01")
        senior = rounded((D("98.8") / month + D("22.624") / month**2) / 2)
        junior = rounded(D("1.2") / month + D("61.2") / month**2)
        residual = rounded(D("16.176") / month**2)
    assert worth == {"pool/A": senior, "pool/B": junior, "pool/R": residual}
    assert result.net_assets == senior + junior + residual
    assert measured(result)["TRANCHE_PRINCIPAL_LOSS", "R"] == D("3.824")


# ---- reading and errors


def test_a_foreign_pool_is_converted_and_a_share_of_it_taken() -> None:
    whole = pool(item("P", currency="EUR")).net_assets
    part = pool(item("P", currency="EUR", held_share=D("0.25"))).net_assets
    assert whole is not None
    assert part is not None
    with precise():
        assert abs(whole / D("1.0842") - D("9827700.815351707064")) < D("1e-11")
        assert abs(part * 4 - whole) < D("1e-11")


def test_the_last_tape_replaces_the_one_before() -> None:
    earlier = item("SOLD", as_of_date=DAY - dt.timedelta(days=30))
    assert pool(earlier, item("P")).net_assets == D("9827700.815351707064")


def test_the_order_of_the_tape_does_not_matter() -> None:
    loans = [item(f"L{n}", str(1000 * n), "LOAN", remaining_months=n) for n in (3, 1, 2)]
    assert pool(*loans) == pool(*reversed(loans))


def test_a_defaulted_loan_needs_no_terms() -> None:
    row = item("L", "1000", "LOAN", status="DEFAULTED", interest_rate=None, remaining_months=None)
    with precise():
        assert pool(row).net_assets == rounded(D(1000) * D("0.45") / D("1.008"))


def test_a_loan_that_is_repaid_is_worth_nothing_and_needs_no_terms() -> None:
    repaid = item("L", "0", "LOAN", interest_rate=None, remaining_months=None)
    result = pool(repaid, item("M", level="LOAN"))
    assert {line.line_id: line.base_amount for line in result.lines} == {
        "pool/L": 0,
        "pool/M": D("9827700.815351707064"),
    }


@pytest.mark.parametrize("name", ["CPR", "CDR", "SEVERITY", "RECOVERY_LAG", "SERVICING_RATE", "DISCOUNT_RATE"])
def test_every_assumption_is_needed(name: str) -> None:
    result = pool(item("P"), known=without(name))
    assert (result.status, result.reason) == ("FAILED", "MISSING_ASSUMPTION")
    assert name in result.failures[0].detail


TRANCHE: dict[str, Any] = {"level": "TRANCHE", "balance": "5000000"}


@pytest.mark.parametrize(
    ("items", "more", "reason"),
    [
        ([], {}, "MISSING_HOLDINGS"),
        ([item("P", as_of_date=DAY + dt.timedelta(days=1))], {}, "MISSING_HOLDINGS"),
        ([item("P", as_of_date=DAY - dt.timedelta(days=121))], {}, "STALE_VALUATION"),
        ([item("P"), item("P")], {}, "DUPLICATE_INPUT"),
        ([item("P"), item("L", level="LOAN")], {}, "DUPLICATE_INPUT"),
        ([item("P", level="INVOICE")], {}, "UNSUPPORTED_CONVENTION"),
        ([item("T", **TRANCHE, tranche_rank=1)], {}, "MISSING_HOLDINGS"),
        ([item("P")], {"subtype": "CARDS"}, "UNKNOWN_SUBTYPE"),
        ([item("P")], {"subtype": None}, "UNKNOWN_SUBTYPE"),
        ([item("P", payment_frequency=4)], {}, "UNSUPPORTED_CONVENTION"),
        ([item("P", remaining_months=0)], {}, "BAD_SCHEDULE"),
        ([item("P", remaining_months=None)], {}, "MISSING_TERMS"),
        ([item("P", interest_rate=None)], {}, "MISSING_TERMS"),
        ([item("P", balance="-1")], {}, "DOMAIN"),
        ([item("P", currency="SEK")], {}, "MISSING_FX"),
        ([item("P"), item("T", **TRANCHE)], {}, "MISSING_TERMS"),
        ([item("P"), item("T", **TRANCHE, tranche_rank=1)], {}, "MISSING_ASSUMPTION"),
        ([item("P"), item("T", **TRANCHE, tranche_rank=1, currency="EUR")], {}, "UNIT_MISMATCH"),
        (
            [item("P"), item("T", **TRANCHE, tranche_rank=1), item("U", **TRANCHE, tranche_rank=1)],
            {},
            "DUPLICATE_INPUT",
        ),
        ([item("P"), item("T", **TRANCHE, tranche_rank=1), item("U", **TRANCHE, tranche_rank=2)], {}, "MISSING_TERMS"),
        ([item("P", remaining_months=0), item("T", **TRANCHE, tranche_rank=1)], {}, "BAD_SCHEDULE"),
    ],
)
def test_what_a_pool_cannot_be_valued_for(items: list[dict[str, Any]], more: dict[str, Any], reason: str) -> None:
    result = pool(*items, **more)
    assert (result.status, result.reason, result.net_assets) == ("FAILED", reason, None)


@pytest.mark.parametrize(
    ("name", "value", "unit"),
    [
        ("CPR", "1.2", "FRACTION"),
        ("SEVERITY", "-0.1", "FRACTION"),
        ("RECOVERY_LAG", "1.5", "MONTHS"),
        ("RECOVERY_LAG", "-1", "MONTHS"),
        ("DISCOUNT_RATE", "-12", "FRACTION"),
    ],
)
def test_assumptions_outside_their_domain(name: str, value: str, unit: str) -> None:
    assert pool(item("P"), known=[*without(name), assumed(name, value, unit)]).reason == "DOMAIN"


def test_the_product_gives_the_coupon_that_its_items_do_not() -> None:
    assert pool(item("P", interest_rate=None), interest_rate=D("0.084")).net_assets == D("9827700.815351707064")


# ---- receivables

MATRIX = [
    assumed("DISCOUNT_RATE", "0.06"),
    assumed("LOSS_RATE", "0.015", tenor="CURRENT"),
    assumed("LOSS_RATE", "0.2", tenor="1-60"),
]


def invoice(item_id: str, amount: str = "100000", days: int = 45, **more: Any) -> dict[str, Any]:
    terms = {"dilution_rate": D("0.02"), "loss_bucket": "CURRENT"}
    return item(item_id, amount, "INVOICE", expected_collection_date=DAY + dt.timedelta(days=days)) | terms | more


@pytest.mark.parametrize("subtype", ["INVOICE", "CLIMATE_RECEIVABLE"])
def test_an_invoice_is_worth_what_is_expected_of_it_discounted(subtype: str) -> None:
    """100,000 x 0.98 x 0.985 / (1 + 0.06 x 45 / 360) = 96,530 / 1.0075; 50,000 x 0.98 x 0.8 / 1 = 39,200."""
    rows = [invoice("A"), invoice("B", "50000", 0, loss_bucket="1-60")]
    result = pool(*rows, known=MATRIX, subtype=subtype)
    with precise():
        assert result.net_assets == rounded(D(96530) / D("1.0075")) + 39200
    found = measured(result)
    assert found["EXPECTED_CREDIT_LOSS", "USD CURRENT"] == 1470  # 98,000 x 1.5 %
    assert found["EXPECTED_CREDIT_LOSS", "USD 1-60"] == 9800
    assert found["RECEIVABLES_GROSS", "USD 1-60"] == 50000
    assert found["EXPECTED_DILUTION", "USD"] == 3000
    assert found["EXPECTED_DAYS", "USD"] == 30  # two thirds of the amount in 45 days


def test_the_products_collection_period_and_dilution_stand_in() -> None:
    """Due in 10 days and collected 35 later: the 45 days of the stated date; overdue ones are counted from today."""
    known = [*MATRIX, assumed("DILUTION", "0.02")]
    bare: dict[str, Any] = {"dilution_rate": None, "expected_collection_date": None}
    stated = pool(invoice("A"), known=MATRIX, subtype="INVOICE").net_assets
    due = invoice("A", **bare, due_date=DAY + dt.timedelta(days=10))
    assert pool(due, known=known, subtype="INVOICE", collection_period_days=35).net_assets == stated
    late = invoice("A", **bare, due_date=DAY - dt.timedelta(days=10))
    assert pool(late, known=known, subtype="INVOICE", collection_period_days=45).net_assets == stated


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"days": -1}, "BAD_SCHEDULE"),
        ({"loss_bucket": None}, "MISSING_TERMS"),
        ({"loss_bucket": "90+"}, "MISSING_ASSUMPTION"),
        ({"dilution_rate": None}, "MISSING_ASSUMPTION"),
        ({"dilution_rate": D("1.1")}, "DOMAIN"),
        ({"amount": "-1"}, "DOMAIN"),
        ({"expected_collection_date": None}, "MISSING_TERMS"),
        ({"currency": "SEK"}, "MISSING_FX"),
    ],
)
def test_what_an_invoice_cannot_be_valued_for(more: dict[str, Any], reason: str) -> None:
    result = pool(invoice("A", **more), invoice("B"), known=MATRIX, subtype="INVOICE")
    assert [(failure.scope_id, failure.reason) for failure in result.failures if failure.scope == "line"] == [
        ("receivable/A", reason)
    ]
    assert result.net_assets is None


def test_a_product_of_invoices_needs_a_rate_and_invoices() -> None:
    assert pool(invoice("A"), known=without("DISCOUNT_RATE", MATRIX), subtype="INVOICE").reason == "MISSING_ASSUMPTION"
    assert pool(item("P"), known=MATRIX, subtype="INVOICE").reason == "UNSUPPORTED_CONVENTION"
    assert pool(known=MATRIX, subtype="INVOICE").reason == "MISSING_HOLDINGS"


def test_a_rate_that_leaves_no_value_is_out_of_domain() -> None:
    with pytest.raises(Unavailable, match="leaves no value"):
        _ = Receivable(D(1), D(0), D(0), D(-5), 90).value


@given(RATES, RATES, st.decimals(min_value=0, max_value=1, places=4), st.integers(0, 720))
def test_a_receivable_is_worth_between_nothing_and_its_amount(
    dilution: Decimal, loss: Decimal, discount: Decimal, days: int
) -> None:
    receivable = Receivable(D(1000), dilution, loss, discount, days)
    assert 0 <= receivable.value <= 1000
    with precise():
        assert receivable.value <= 1000 - receivable.diluted - receivable.expected_loss + NOISE
