"""Payments applied to notices. Expected amounts follow CC-9: paid is the sum, outstanding = max(0, call - paid)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.funds.capital.payments import Payable, Payment, PaymentStatus, Standing, apply_payments
from calculations.funds.capital.settlement import NoticeStatus
from calculations.funds.capital.terms import Overpayment

CENT = Decimal("0.01")
D = Decimal
REFUSE, CREDIT = Overpayment.REFUSE, Overpayment.CREDIT
NOTICE = Payable("N", D("100.00"), overdue_from=dt.date(2024, 2, 1), defaulted_from=dt.date(2024, 3, 1))


def paid(name: str, amount: str, day: tuple[int, int], **more: object) -> Payment:
    return Payment(name, "N", D(amount), dt.date(2024, *day), **more)  # type: ignore[arg-type]


def standing(
    *payments: Payment, on: tuple[int, int] = (12, 31), over: Overpayment = REFUSE, notice: Payable = NOTICE
) -> Standing:
    (found,) = apply_payments([notice], payments, dt.date(2024, *on), over, CENT)
    return found


def test_several_payments_add_up() -> None:
    found = standing(paid("1", "30.00", (1, 10)), paid("2", "70.00", (1, 20)))
    assert (found.status, found.paid, found.outstanding) == (NoticeStatus.PAID, D("100.00"), D("0.00"))
    assert found.payment_date == dt.date(2024, 1, 20)


@pytest.mark.parametrize(
    ("on", "payments", "expected"),
    [
        ((1, 31), (), NoticeStatus.PENDING),
        ((1, 31), ("30.00",), NoticeStatus.PARTIALLY_PAID),
        ((2, 1), (), NoticeStatus.OVERDUE),
        ((2, 1), ("30.00",), NoticeStatus.OVERDUE),
        ((2, 29), (), NoticeStatus.OVERDUE),
        ((3, 1), ("30.00",), NoticeStatus.DEFAULTED),
        ((3, 1), ("100.00",), NoticeStatus.PAID),
    ],
)
def test_the_standing_follows_from_days_and_amounts(
    on: tuple[int, int], payments: tuple[str, ...], expected: NoticeStatus
) -> None:
    assert standing(*(paid(str(i), amount, (1, 10)) for i, amount in enumerate(payments)), on=on).status == expected


def test_a_defaulted_amount_stays_visible() -> None:
    # section 8 item 12: a default must not write the outstanding amount off
    assert standing(paid("1", "30.00", (1, 10))).outstanding == D("70.00")


def test_an_overpayment_sees_the_earlier_payments_and_is_refused_whole() -> None:
    # section 8 item 12: the guard must read the payments that were made
    found = standing(paid("1", "80.00", (1, 10)), paid("2", "30.00", (1, 11)), paid("3", "20.00", (1, 12)))
    assert (found.paid, found.outstanding, found.credit, found.refused) == (D("100.00"), D("0.00"), D("0.00"), ("2",))


def test_an_overpayment_is_a_credit_where_the_terms_allow_it() -> None:
    found = standing(paid("1", "80.00", (1, 10)), paid("2", "30.00", (1, 11)), over=CREDIT)
    assert (found.paid, found.outstanding, found.credit, found.refused) == (D("110.00"), D("0.00"), D("10.00"), ())


def test_only_paid_payments_have_moved_money() -> None:
    made = [paid(s.value, "10.00", (1, 10), status=s) for s in PaymentStatus]
    assert standing(*made).paid == D("10.00")


def test_a_reversed_payment_counts_until_the_day_it_is_taken_back() -> None:
    first = paid("1", "100.00", (1, 10), status=PaymentStatus.REVERSED)
    back = paid("2", "100.00", (1, 20), reverses_payment_id="1")
    assert standing(first, back, on=(1, 19)).status == NoticeStatus.PAID
    after = standing(first, back, on=(1, 20))
    assert (after.status, after.paid, after.payment_date) == (NoticeStatus.PENDING, D("0.00"), None)
    again = standing(first, back, paid("3", "100.00", (1, 25)))
    assert (again.status, again.payment_date) == (NoticeStatus.PAID, dt.date(2024, 1, 25))


def test_the_reversal_of_a_refused_payment_takes_nothing_back() -> None:
    over = paid("2", "50.00", (1, 11))
    found = standing(paid("1", "80.00", (1, 10)), over, paid("3", "50.00", (1, 12), reverses_payment_id="2"))
    assert (found.paid, found.refused) == (D("80.00"), ("2", "3"))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (paid("1", "0.00", (1, 10)), "payment 1: expected an amount > 0"),
        (replace(paid("1", "1.00", (1, 10)), notice_id="X"), "payment 1: expected a notice that is given, found 'X'"),
        (paid("1", "1.00", (1, 10), reverses_payment_id="9"), "a payment that was made, found none"),
        (paid("1", "9.00", (1, 10), reverses_payment_id="0"), "payment 0: expected reversals of at most 5.00"),
        (paid("1", "1.00", (1, 1), reverses_payment_id="0"), "expected a reversal on or after 2024-01-05"),
        (paid("0", "1.00", (1, 10)), "a payment id repeated"),
    ],
)
def test_payments_that_make_no_sense_are_refused_by_their_id(wrong: Payment, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        standing(paid("0", "5.00", (1, 5)), wrong)


def test_a_waived_notice_owes_what_was_paid_and_a_cancelled_one_nothing() -> None:
    waived = standing(paid("1", "30.00", (1, 10)), notice=replace(NOTICE, decided=NoticeStatus.WAIVED))
    assert (waived.status, waived.outstanding, waived.credit) == (NoticeStatus.WAIVED, D("0.00"), D("0.00"))
    cancelled = standing(paid("1", "30.00", (1, 10)), notice=replace(NOTICE, decided=NoticeStatus.CANCELLED))
    assert (cancelled.status, cancelled.outstanding, cancelled.credit) == (
        NoticeStatus.CANCELLED,
        D("0.00"),
        D("30.00"),
    )


receipts = st.lists(st.tuples(st.integers(0, 2), st.integers(1, 6000), st.integers(1, 28)), max_size=10)


@given(receipts, st.sampled_from(list(Overpayment)), st.randoms(use_true_random=False))
def test_payments_follow_the_plain_rule_in_whatever_order_they_come(
    receipts: list[tuple[int, int, int]], over: Overpayment, rng: object
) -> None:
    notices = [Payable(f"N{i}", D("100.00")) for i in range(3)]
    payments = [
        Payment(f"P{i:02d}", f"N{notice}", D(cents).scaleb(-2), dt.date(2024, 1, day))
        for i, (notice, cents, day) in enumerate(receipts)
    ]
    expected = {notice.notice_id: D("0.00") for notice in notices}
    for payment in sorted(payments, key=lambda p: (p.value_date, p.payment_id)):
        if over is CREDIT or expected[payment.notice_id] + payment.amount <= 100:
            expected[payment.notice_id] += payment.amount
    shuffled = rng.sample(payments, len(payments))  # type: ignore[attr-defined]
    for found in apply_payments(notices, shuffled, dt.date(2024, 12, 31), over, CENT):
        assert found.paid == expected[found.notice_id]
        assert found.outstanding - found.credit == 100 - found.paid
        assert min(found.outstanding, found.credit) == 0
