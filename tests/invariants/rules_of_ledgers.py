"""What must hold of what notes, fees, dues and accounts are owed and hold. Payments in order of rank are in
`rules_of_lists`, the deal as a whole in `rules_of_deal`.

Accruals are worked out again here from coupon, index and dates.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from calculations.clo.deal.parts import Note
from calculations.clo.deal.steps import FeeStep, PayStep
from calculations.daycount import year_fraction
from tests.invariants.outcome import DUST, Outcome, at_fault, difference, first_of


@lru_cache(maxsize=1)  # several rules of a case ask
def coupon_factors(outcome: Outcome) -> dict[str, Any]:
    """Coupon times day-count fraction by class and period; nothing after a scenario's last one. Source:
    clo-liabilities-waterfall 3.1."""
    return {name: _coupon_factor(outcome, note) for name, note in outcome.case.deal.rated.items()}


def _coupon_factor(outcome: Outcome, note: Note) -> Any:
    fraction = year_fractions(outcome, note.day_count, unadjusted=note.accrue == "unadjusted")
    if note.fixed is not None:
        coupon = np.full(outcome.shape, float(note.fixed))
    else:
        floor = -1.0 if note.index_floor is None else float(note.index_floor)
        coupon = np.maximum(np.maximum(outcome.found.index, floor) + float(note.spread or 0), 0.0)
    return coupon * fraction * outcome.is_alive


@lru_cache(maxsize=8)
def year_fractions(outcome: Outcome, day_count: str, *, unadjusted: bool = False) -> Any:
    """Of each period, (periods,)."""
    grid = outcome.found.dates.nominal_grid if unadjusted else outcome.found.dates.grid
    return year_fraction(grid[:-1], grid[1:], day_count)


@lru_cache(maxsize=1)
def fee_bases(outcome: Outcome) -> tuple[Any, Any]:
    """Beginning and ending basis of each period; a basis that is not above zero begins no period. Source: 5."""
    ending = outcome.result.fee_basis
    beginning = np.empty(outcome.shape)
    held = np.full(outcome.shape[0], float(outcome.case.deal.beginning_fee_basis or 0))
    for period in range(outcome.shape[1]):
        beginning[:, period] = held
        held = np.where(ending[:, period] > 0, ending[:, period], held)
    return beginning, ending


def balances_fall_by_principal_paid(outcome: Outcome) -> str | None:
    """A class's balance falls by exactly what it is repaid, and nothing falls below zero. Source: clo-liabilities-waterfall 2.4."""

    def found() -> Iterator[str | None]:
        for name, note in outcome.result.notes.items():
            fallen = note.balance[:, :-1] - note.balance[:, 1:]
            yield difference(f"repaid of {name}", note.principal_paid, fallen, outcome.cent)
            for what in ("balance", "deferred", "unpaid", "interest_paid", "deferred_repaid", "principal_paid"):
                amount = getattr(note, what)
                yield at_fault(f"{what} of {name}", amount < -outcome.cent, amount, 0.0)

    return first_of(found())


def coupons_accrue_on_balances(outcome: Outcome) -> str | None:
    """B d r, and Q d r on deferred interest of a class that may defer. Source: clo-liabilities-waterfall 3.1; clo-extensions 4.8."""
    if outcome.case.deal.frequency_switch is not None:
        return None

    def found() -> Iterator[str | None]:
        for name, note in outcome.case.deal.rated.items():
            paid, factor = outcome.result.notes[name], coupon_factors(outcome)[name]
            interest = paid.balance[:, :-1] * factor
            on_deferred = paid.deferred[:, :-1] * factor * note.is_deferrable
            yield difference(f"interest of {name}", paid.interest_accrued, interest, outcome.cent)
            yield difference(f"interest on deferred of {name}", paid.on_deferred_accrued, on_deferred, outcome.cent)

    return first_of(found())


def interest_is_paid_deferred_or_unpaid(outcome: Outcome) -> str | None:
    """What a class is owed grows by what accrues and falls by what it is paid. Source: clo-liabilities-waterfall 3.2; clo-extensions 4.7."""
    if outcome.case.deal.frequency_switch is not None:
        return None

    def found() -> Iterator[str | None]:
        for name, note in outcome.case.deal.rated.items():
            paid, factor = outcome.result.notes[name], coupon_factors(outcome)[name]
            owed = paid.deferred + paid.unpaid
            due = owed[:, :-1] + paid.interest_accrued + paid.on_deferred_accrued + paid.unpaid[:, :-1] * factor
            left = due - paid.interest_paid - paid.deferred_repaid
            yield difference(f"owed to {name}", owed[:, 1:], left, outcome.cent, outcome.is_alive)
            if not note.is_deferrable:
                yield at_fault(f"deferred of {name}", paid.deferred != 0, paid.deferred, 0.0)
            elif not note.defers_unless_controlling:
                yield at_fault(f"unpaid of {name}", paid.unpaid[:, 1:] > outcome.cent, paid.unpaid[:, 1:], 0.0)

    return first_of(found())


def fees_accrue_on_their_basis(outcome: Outcome) -> str | None:
    """(basis q + k) d, and interest on arrears. Source: clo-liabilities-waterfall 5; clo-extensions 1.2."""
    if outcome.case.deal.frequency_switch is not None:
        return None
    beginning, ending = fee_bases(outcome)

    def found() -> Iterator[str | None]:
        for deal, periods in outcome.versions:
            for name, fee in deal.fees.items():
                if fee.accrues is not None:
                    continue
                paid = outcome.result.fees[name]
                basis = beginning if fee.kind == "beginning" else (beginning + ending) / 2
                fraction = year_fractions(outcome, fee.day_count)
                accrued = (basis * float(fee.rate or 0) + float(fee.fixed)) * fraction
                if fee.interest_spread is not None:
                    bearing = paid.unpaid[:, :-1] - (0.0 if fee.deferred_bears_interest else paid.deferred[:, :-1])
                    accrued = accrued + bearing * (outcome.found.index + float(fee.interest_spread)) * fraction
                accrued = np.where(ending > 0, accrued, 0.0)
                yield difference(f"fee {name}", paid.accrued, accrued, outcome.cent, periods & outcome.is_alive)

    return first_of(found())


def fees_are_paid_or_owed(outcome: Outcome) -> str | None:
    """Arrears grow by what accrues and fall by what is paid, which is at most what is due. Source:
    clo-liabilities-waterfall 5; clo-extensions 1.6."""

    def found() -> Iterator[str | None]:
        for name, fee in outcome.result.fees.items():
            due = fee.unpaid[:, :-1] + fee.accrued
            yield difference(f"arrears of {name}", fee.unpaid[:, 1:], due - fee.paid, outcome.cent)
            yield at_fault(f"paid to {name}", fee.paid > due + outcome.cent, fee.paid, due)
            for what in ("paid", "accrued", "unpaid", "deferred"):
                amount = getattr(fee, what)
                yield at_fault(f"{what} of fee {name}", amount < -outcome.cent, amount, 0.0)

    return first_of(found())


def legs_sum_to_their_fee(outcome: Outcome) -> str | None:
    """What payees get is the fee. Source: clo-extensions 1.2, 4.9."""
    equity = outcome.result.equity

    def found() -> Iterator[str | None]:
        for deal, periods in outcome.versions:
            for name, fee in deal.fees.items():
                if fee.payees:
                    paid = outcome.result.fees[name]
                    yield difference(f"legs of {name}", sum(paid.legs.values()), paid.paid, outcome.cent, periods)
            if deal.incentive is not None and deal.incentive.payees:
                legs = sum(equity.fee_legs.values())
                yield difference("legs of the incentive fee", legs, equity.incentive_fee, outcome.cent, periods)

    return first_of(found())


def caps_bound_what_they_share(outcome: Outcome) -> str | None:
    """Capped steps take no more than the caps of all periods so far. Source: clo-extensions 4.2."""
    deal = outcome.case.deal
    events = deal.event_of_default
    lifts = events is not None and events.then == "accelerate" and events.caps == "off"
    if lifts or deal.frequency_switch is not None:
        return None
    beginning, ending = fee_bases(outcome)

    def found() -> Iterator[str | None]:
        for name, cap in deal.caps.items():
            basis = beginning if cap.basis == "beginning" else (beginning + ending) / 2
            own = (float(cap.fixed) + float(cap.rate) * basis) * year_fractions(outcome, cap.day_count)
            allowed = float(sum(cap.carried)) + np.cumsum(own, axis=1)
            capped = outcome.paid(lambda step, name=name: isinstance(step, FeeStep) and step.cap == name)  # type: ignore[misc]
            taken = np.cumsum(capped, axis=1)
            yield at_fault(f"taken under cap {name}", taken > allowed + outcome.cent, taken, allowed, outcome.is_alive)

    return first_of(found())


def dues_are_paid_once(outcome: Outcome) -> str | None:
    """What is paid to a due is at most what it claimed so far, or in the period where it is not carried. Source: clo-extensions 4.1, 3.5."""

    def found() -> Iterator[str | None]:
        for name, due in outcome.case.deal.dues.items():
            paid = outcome.paid(lambda step, name=name: isinstance(step, PayStep) and step.pay == name)  # type: ignore[misc]
            if due.amount == "close_out":
                claimed = np.maximum(-np.asarray(outcome.found.detail.close_out), 0.0)
            else:
                claimed = np.full(outcome.shape, float(due.amount))
            if due.carry:
                paid, claimed = np.cumsum(paid, axis=1), np.cumsum(claimed, axis=1)
            yield at_fault(f"paid to {name}", paid > claimed + outcome.cent, paid, claimed)

    return first_of(found())


def accounts_roll(outcome: Outcome) -> str | None:
    """Closing is opening + in - out, and only an account that may be overdrawn is ever below zero. Source: clo-extensions 1.6, 6."""

    def found() -> Iterator[str | None]:
        for name, balance in outcome.result.accounts.items():
            flows = outcome.result.account_flows[name]
            closing = balance[:, :-1] + flows.paid_in - flows.paid_out
            yield difference(f"account {name}", balance[:, 1:], closing, outcome.cent)
            yield at_fault(f"account {name}", balance[:, 1:] < -outcome.cent, balance[:, 1:], 0.0)

    return first_of(found())


def accounts_are_empty_at_the_end(outcome: Outcome) -> str | None:
    """Everything leaves at the latest in the last period. Source: clo-extensions 1.3, 4.3, 6."""

    def found() -> Iterator[str | None]:
        for name, balance in outcome.result.accounts.items():
            left = balance[:, 1:]
            yield at_fault(f"account {name}", left > outcome.cent, left, 0.0, outcome.is_last_period)

    return first_of(found())


def purchased_accrued_only_falls(outcome: Outcome) -> str | None:
    """Purchased accrued interest still owed never grows. Source: clo-liabilities-waterfall 1.3; clo-extensions 4.10."""
    owed = outcome.result.purchased_accrued
    opening = np.full((owed.shape[0], 1), float(outcome.case.deal.purchased_accrued.amount))
    before = np.concatenate([opening, owed[:, :-1]], axis=1)
    return first_of(
        iter(
            [
                at_fault("purchased accrued", owed > before + outcome.cent, owed, before),
                at_fault("purchased accrued", owed < -outcome.cent, owed, 0.0),
            ]
        )
    )


def own_coupons_bring_purchased_accrued_back(outcome: Outcome) -> str | None:
    """What an asset owes falls by the part of it that defaults, then by its coupon; what no par is left for is written off.
    Source: clo-extensions 4.10."""
    pool, bought = outcome.pool, outcome.pool.by_asset("purchased_accrued")
    if outcome.case.deal.purchased_accrued.recover != "by_asset" or pool.interest is None:
        return None
    par = np.where(pool.by_asset("is_defaulted") > 0, 0.0, pool.by_asset("par"))
    left = pool.left(outcome.rows["end_balance"], par)
    begins = np.concatenate([np.where(pool.has_rows, par, 0.0)[:, :, None], left[:, :, :-1]], axis=2)
    share = pool.summed(outcome.rows["default"]) / np.maximum(begins, 1e-9)
    owed, expected = np.where(pool.has_rows, bought, 0.0), np.empty(outcome.shape)
    for period in range(outcome.shape[1]):
        owed = owed * (1.0 - np.clip(share[:, :, period], 0.0, 1.0))
        owed = np.maximum(owed - pool.interest[:, :, period], 0.0) * (left[:, :, period] > DUST)
        expected[:, period] = owed.sum(axis=1)
    where = outcome.is_alive & ~np.logical_or.accumulate(outcome.result.liquidating, axis=1)
    return difference("purchased accrued", outcome.result.purchased_accrued, expected, outcome.cent, where)


def smoothing_keeps_interest_of_rare_payers(outcome: Outcome) -> str | None:
    """Of interest for n deal periods at most the part for the n - 1 to come is kept. Source: clo-extensions 3.6."""
    deal, pool = outcome.case.deal, outcome.pool
    if deal.smoothing is None or pool.interest is None:
        return None
    months = np.array([12 // asset.payments_per_year for asset in pool.assets])
    spans = -(-months // deal.dates.months_between_payments)
    most = (np.maximum(pool.interest, 0.0) * ((spans - 1) / spans)[:, None]).sum(axis=1)
    kept = outcome.result.account_flows[deal.smoothing.account].paid_in
    return at_fault("interest kept", kept > most + outcome.cent, kept, most)


RULES = (
    balances_fall_by_principal_paid,
    coupons_accrue_on_balances,
    interest_is_paid_deferred_or_unpaid,
    fees_accrue_on_their_basis,
    fees_are_paid_or_owed,
    legs_sum_to_their_fee,
    caps_bound_what_they_share,
    dues_are_paid_once,
    accounts_roll,
    accounts_are_empty_at_the_end,
    purchased_accrued_only_falls,
    own_coupons_bring_purchased_accrued_back,
    smoothing_keeps_interest_of_rare_payers,
)
