"""Sequential payments, notes and fees: worked examples of clo-liabilities-waterfall 9, and what always holds."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from calculations.clo.fees import FeeDue, FeeTerms, fee_due
from calculations.clo.notes import NoteState, accrue, deferred_due, roll_forward, split_interest
from calculations.clo.priority import pay_sequential_interest

DAYS = (91, 91, 92, 92)  # 9: quarters from 15 January 2024, actual/360
INDEX = 0.05


def one(value: float) -> np.ndarray:
    return np.array([value])


def note(balance: float, *, deferred: float = 0.0, is_deferrable: bool = False) -> NoteState:
    return NoteState(balance=one(balance), deferred=one(deferred), unpaid=one(0.0), is_deferrable=is_deferrable)


def cents(value: np.ndarray | float) -> float:
    return round(float(np.asarray(value).reshape(-1)[0]), 2)


def test_worked_example_of_interest_with_fees() -> None:
    # 9.1: interest pool, trustee, base, A, B, junior, residual to the sub notes
    expected = [
        (2_275_000.00, 25_277.78, 37_916.67, 1_314_444.44, 202_222.22, 88_472.22, 606_666.67),
        (2_161_250.00, 25_277.78, 37_916.67, 1_232_291.67, 202_222.22, 88_472.22, 575_069.44),
        (2_070_000.00, 25_555.56, 36_416.67, 1_162_777.78, 204_444.44, 84_972.22, 555_833.33),
        (1_955_000.00, 25_555.56, 34_500.00, 1_079_722.22, 204_444.44, 80_500.00, 530_277.78),
    ]
    bases, class_a = (100e6, 100e6, 95e6, 90e6), (80e6, 75e6, 70e6, 65e6)
    terms = (
        FeeTerms("BEGINNING", 0.0, annual_fixed_amount=100_000.0),
        FeeTerms("BEGINNING", 0.0015),
        FeeTerms("BEGINNING", 0.0035),
    )
    for row, days, basis, balance in zip(expected, DAYS, bases, class_a, strict=True):
        d = days / 360
        trustee, base, junior = (fee_due(item, one(basis), one(basis), one(0.0), d).total for item in terms)
        a = accrue(note(balance), d, INDEX + 0.015).total
        b = accrue(note(10e6), d, INDEX + 0.03).total
        found = pay_sequential_interest(one(row[0]), np.stack([trustee, base, a, b, junior], axis=1))
        assert [round(amount, 2) for amount in found.paid[0]] == list(row[1:6])
        assert cents(found.cash_left) == row[6]


def test_worked_example_of_deferral_and_recovery() -> None:
    # 9.3: pool, A, B, opening deferred, current, on deferred, cash reaching C, current paid, on-deferred paid,
    # deferred repaid, deferred end, next opening deferred, sub
    expected = [
        (
            1.60e6,
            1_314_444.44,
            227_500.0,
            0.00,
            278_055.56,
            0.00,
            58_055.56,
            58_055.56,
            0.00,
            0.00,
            0.00,
            220_000.00,
            0.0,
        ),
        (
            *(1.56e6, 1_314_444.44, 227_500.0, 220_000.00, 278_055.56, 6_117.22, 18_055.56, 18_055.56, 0.00),
            *(0.00, 226_117.22, 486_117.22, 0.00),
        ),
        (
            *(1.90e6, 1_328_888.89, 230_000.0, 486_117.22, 281_111.11, 13_665.30, 341_111.11, 281_111.11, 13_665.30),
            *(46_334.70, 439_782.52, 439_782.52, 0.00),
        ),
        (
            *(2.60e6, 1_328_888.89, 230_000.0, 439_782.52, 281_111.11, 12_362.78, 1_041_111.11, 281_111.11, 12_362.78),
            *(439_782.52, 0.00, 0.00, 307_854.71),
        ),
    ]
    test_balances = (10_000_000.00, 10_220_000.00, 10_486_117.22, 10_439_782.52)
    dues_in_ic = (278_055.56, 284_172.78, 294_776.41, 293_473.89)
    c = note(10e6, is_deferrable=True)
    for row, days, balance, in_ic in zip(expected, DAYS, test_balances, dues_in_ic, strict=True):
        d = days / 360
        a, b = (accrue(note(size), d, INDEX + margin).total for size, margin in ((80e6, 0.015), (10e6, 0.04)))
        due = accrue(c, d, INDEX + 0.06)
        interest = pay_sequential_interest(one(row[0]), np.stack([a, b, due.total], axis=1))
        reaching = one(row[0]) - a - b
        paid = split_interest(due, interest.paid[:, 2])
        deferred = pay_sequential_interest(interest.cash_left, deferred_due(c, due, paid)[:, None])
        repaid = deferred.paid[:, 0]
        following = roll_forward(c, due, paid, deferred_repaid=repaid)
        deferred_end = c.deferred + due.on_deferred - paid.on_deferred - repaid  # 3.2, before the current shortfall
        opening = (row[0], a, b, c.deferred, due.current, due.on_deferred, reaching, paid.current, paid.on_deferred)
        cells = (*opening, repaid, deferred_end, following.deferred, deferred.cash_left)
        assert [cents(cell) for cell in cells] == [cents(cell) for cell in row]
        assert (cents(c.test_balance), cents(due.total)) == (balance, in_ic)
        c = following


def test_worked_example_of_a_shortfall_carried_with_interest() -> None:
    # 9.3b, fixed: 41,944.44 unpaid, 954.24 interest on it at 9%, B is paid 270,398.68, sub 115,156.88
    b, d = note(10e6), 91 / 360
    for pool, paid_to_b, shortfall in ((1_500_000.0, 185_555.56, 41_944.44), (1_700_000.0, 270_398.68, 0.0)):
        a = accrue(note(80e6), d, 0.065).total
        due = accrue(b, d, 0.09)
        found = pay_sequential_interest(one(pool), np.stack([a, due.total], axis=1))
        b = roll_forward(b, due, split_interest(due, found.paid[:, 1]))
        assert (cents(found.paid[:, 1]), cents(b.unpaid)) == (paid_to_b, shortfall)
    assert (cents(due.arrears), cents(due.on_deferred)) == (41_944.44, 954.24)
    # 115,156.875 before rounding, so a comparison of rounded figures would hang on dust
    assert found.cash_left.tolist() == pytest.approx([115_156.88], abs=0.0051)


def test_arrears_are_paid_before_current_interest() -> None:
    # 3.2 and Q12: 30 unpaid, 100 current, 0.30 on the unpaid; 90 pays the 30 and 60 of the 100
    state = NoteState(one(10_000.0), one(0.0), one(30.0), is_deferrable=False)
    due = accrue(state, 0.125, 0.08)
    assert (cents(due.arrears), cents(due.current), cents(due.on_deferred)) == (30.0, 100.0, 0.3)
    paid = split_interest(due, one(90.0))
    assert (cents(paid.arrears), cents(paid.current), cents(paid.on_deferred)) == (30.0, 60.0, 0.0)
    assert cents(roll_forward(state, due, paid).unpaid) == 40.3
    with pytest.raises(ValueError, match="interest paid must not exceed interest due"):
        split_interest(due, one(131.0))


@pytest.mark.parametrize(
    ("opening_unpaid", "expected"),
    [  # 9.4, the fixed columns: base accrual, interest, paid, closing
        (
            50_000.0,
            [
                (91_758.33, 884.72, 100_000.00, 42_643.06),
                (87_334.72, 754.55, 60_000.00, 70_732.32),
                (84_716.67, 1_265.32, 156_714.31, 0.00),
                (82_033.33, 0.00, 82_033.33, 0.00),
            ],
        ),
        (
            0.0,
            [
                (91_758.33, 0.00, 91_758.33, 0.00),
                (87_334.72, 0.00, 60_000.00, 27_334.72),
                (84_716.67, 488.99, 112_540.38, 0.00),
                (82_033.33, 0.00, 82_033.33, 0.00),
            ],
        ),
    ],
)
def test_worked_example_of_a_fee_with_arrears(opening_unpaid: float, expected: list[tuple[float, ...]]) -> None:
    terms = FeeTerms("AVERAGE", 0.0035, annual_fixed_amount=20_000.0, interest_spread=0.02)
    bases, cash, unpaid = (100e6, 96e6, 90e6, 88e6, 84e6), (100e3, 60e3, 400e3, 400e3), one(opening_unpaid)
    for i, row in enumerate(expected):
        due = fee_due(terms, one(bases[i]), one(bases[i + 1]), unpaid, DAYS[i] / 360, INDEX)
        payment = pay_sequential_interest(one(cash[i]), due.total[:, None])
        unpaid = payment.unpaid[:, 0]
        assert [cents(x) for x in (due.base_accrual, due.interest, payment.paid, unpaid)] == list(row)


def test_worked_example_of_a_fee_on_the_beginning_basis() -> None:
    # 9.4, last line
    terms, found = FeeTerms("BEGINNING", 0.0035, annual_fixed_amount=20_000.0), []
    for basis, days in zip((100e6, 96e6, 90e6, 88e6), DAYS, strict=True):
        found.append(cents(fee_due(terms, one(basis), one(1.0), one(0.0), days / 360).base_accrual))
    assert found == [93_527.78, 89_988.89, 85_611.11, 83_822.22]


def test_no_fee_accrues_once_the_pool_is_gone() -> None:
    terms = FeeTerms("BEGINNING", 0.0035, annual_fixed_amount=20_000.0, interest_spread=0.02)
    due: FeeDue = fee_due(terms, one(100e6), one(0.0), one(5_000.0), 0.25, INDEX)
    assert (cents(due.base_accrual), cents(due.interest), cents(due.total)) == (0.0, 0.0, 5_000.0)


def test_a_group_shares_a_shortfall_by_what_each_is_due() -> None:
    # 324,300 and 164,125 due (clo-extensions 4.16, step 8) out of 200,000: 324,300 / 488,425 of it to the first
    found = pay_sequential_interest(one(200_000.0), np.array([[324_300.0, 164_125.0, 10.0]]), groups=[1, 1, 2])
    assert np.round(found.paid[0], 2).tolist() == [132_794.19, 67_205.81, 0.0]
    assert found.cash_left.tolist() == [0.0]


@pytest.mark.parametrize(
    ("cash", "dues", "groups", "message"),
    [
        ([-1.0], [[1.0]], None, "cash must be finite amounts >= 0"),
        ([1.0], [[float("nan")]], None, "dues must be finite amounts >= 0"),
        ([1.0], [[1.0, 2.0]], [2, 1], "group numbers that never fall"),
        ([1.0, 2.0], [[1.0]], None, "expected cash"),
    ],
)
def test_payments_that_make_no_sense_are_refused(
    cash: list[float], dues: list[list[float]], groups: list[int] | None, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        pay_sequential_interest(np.array(cash), np.array(dues), groups)


money = st.one_of(st.just(0.0), st.floats(min_value=0.01, max_value=1e9))


@st.composite
def payments(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, list[int]]:
    scenarios, dues = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    groups = sorted(draw(st.lists(st.integers(1, 4), min_size=dues, max_size=dues)))
    return (
        draw(arrays(float, scenarios, elements=money)),
        draw(arrays(float, (scenarios, dues), elements=money)),
        groups,
    )


@given(payments())
def test_cash_in_is_cash_out(case: tuple[np.ndarray, np.ndarray, list[int]]) -> None:
    cash, dues, groups = case
    found = pay_sequential_interest(cash, dues, groups)
    assert found.paid.sum(axis=1) + found.cash_left == pytest.approx(cash, rel=1e-9, abs=0.01)


@given(payments())
def test_no_payment_is_negative_or_more_than_is_due(case: tuple[np.ndarray, np.ndarray, list[int]]) -> None:
    cash, dues, groups = case
    found = pay_sequential_interest(cash, dues, groups)
    assert (found.paid >= 0).all()
    assert (found.unpaid >= 0).all()
    assert (found.cash_left >= 0).all()


@given(payments())
def test_a_junior_due_gets_cash_only_when_the_senior_ones_are_paid_in_full(
    case: tuple[np.ndarray, np.ndarray, list[int]],
) -> None:
    cash, dues, groups = case
    found = pay_sequential_interest(cash, dues, groups)
    for column in range(dues.shape[1]):
        senior = [i for i, group in enumerate(groups) if group < groups[column]]
        got_cash = found.paid[:, column] > 0
        assert (found.unpaid[got_cash][:, senior] == 0).all()


@given(payments(), st.randoms(use_true_random=False))
def test_the_order_of_scenarios_changes_nothing(case: tuple[np.ndarray, np.ndarray, list[int]], rng: Random) -> None:
    cash, dues, groups = case
    order = rng.sample(range(cash.size), cash.size)
    straight = pay_sequential_interest(cash, dues, groups)
    permuted = pay_sequential_interest(cash[order], dues[order], groups)
    assert permuted.paid.tolist() == straight.paid[order].tolist()
    assert permuted.cash_left.tolist() == straight.cash_left[order].tolist()


@given(st.floats(0, 1e8), st.floats(0, 1e7), st.booleans(), st.floats(0, 1.2))
def test_interest_not_paid_stays_owed(balance: float, owed: float, is_deferrable: bool, share: float) -> None:
    zero = one(0.0)
    state = NoteState(
        one(balance), one(owed) if is_deferrable else zero, zero if is_deferrable else one(owed), is_deferrable
    )
    due = accrue(state, 0.25, 0.08)
    paid = pay_sequential_interest(due.total * share, due.total[:, None]).paid[:, 0]
    following = roll_forward(state, due, split_interest(due, paid))
    accrued = due.current + due.on_deferred
    assert cents(following.deferred + following.unpaid) == pytest.approx(owed + cents(accrued - paid), abs=0.02)
