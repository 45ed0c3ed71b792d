"""What must hold of commitments: what borrowers draw, the account and the principal that pay it, and draws that nothing pays.
What a draw does to a loan is in `rules_of_collateral`.

Source: clo-extensions 3.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from calculations.clo.columns import Flags, Floats
from tests.invariants.outcome import FUNDING, Outcome, at_fault, difference, first_of

RECORDED = 0.005  # a draw short by less is paid


@lru_cache(maxsize=1)  # several rules of a case ask
def is_held(outcome: Outcome) -> Flags:
    """Periods up to the one that sells the pool, or ends the deal."""
    sold = np.logical_or.accumulate(outcome.result.liquidating, axis=1)
    before = np.concatenate([np.zeros((outcome.shape[0], 1), dtype=bool), sold[:, :-1]], axis=1)
    return np.asarray(~before & outcome.is_alive)


def borrowers_draw_what_their_loans_say(outcome: Outcome) -> str | None:
    """What a deal pays out to borrowers is what the rows of its loans draw, until the pool is sold."""
    drawn = outcome.pool.summed(outcome.rows["draw"]).sum(axis=1)
    expected = np.where(is_held(outcome), drawn, 0.0)
    return difference("draws", outcome.result.draws, expected, outcome.cent + RECORDED, outcome.is_alive)


def the_funding_account_pays_draws_first(outcome: Outcome) -> str | None:
    """R falls by what is drawn, as far as it goes; only what revolvers repay comes in; what it holds above Z is released."""
    names = [name for name, terms in outcome.case.deal.accounts.items() if terms.type == FUNDING]
    if not names or outcome.found.detail.funding is None:
        return None
    balance = outcome.result.accounts[names[0]]
    opening, closing = balance[:, :-1], balance[:, 1:]
    unfunded, repaid = outcome.pool.unfunded.sum(axis=1), _repaid(outcome, is_revolving=True)
    left = opening - np.minimum(outcome.result.draws, opening)
    where = is_held(outcome) & ~outcome.is_last_period
    least, most = np.minimum(left, unfunded), np.minimum(left + repaid, unfunded)
    tolerance = outcome.cent + RECORDED
    return first_of(
        iter(
            [
                at_fault("the account", closing < least - tolerance, closing, least, where),
                at_fault("the account", closing > most + tolerance, closing, most, where),
            ]
        )
    )


def nothing_is_left_where_a_draw_is_short(outcome: Outcome) -> str | None:
    """A draw is short only where the account is spent, and principal of loans that are not drawn too.

    Where a loan has several rows in a period, what the first draws less makes the next ones ask for less.
    """
    path = outcome.found.detail.funding
    if path is None:
        return None
    names = [name for name, terms in outcome.case.deal.accounts.items() if terms.type == FUNDING]
    held = sum((outcome.result.accounts[name][:, :-1] for name in names), np.zeros(outcome.shape))
    spendable = held + outcome.found.flows.principal - _repaid(outcome, is_revolving=None)
    draws = [asset.draws is not None for asset in outcome.case.holdings.assets]
    rows = outcome.pool.summed(np.ones(outcome.rows.group.shape))[:, draws]
    is_short = (path.shortfall > RECORDED) & is_held(outcome) & (rows <= 1).all(axis=1)
    drawn = outcome.result.draws
    unspent = is_short & (drawn < spendable - outcome.cent - RECORDED)
    return at_fault("draws beside what could pay them", unspent, drawn, spendable)


def short_draws_are_recorded(outcome: Outcome) -> str | None:
    """DRAW_SHORTFALL stands among what a run assumed where a draw is short, and nowhere else."""
    path = outcome.found.detail.funding
    is_short = path is not None and bool(path.shortfall.any())
    is_recorded = any(text.startswith("DRAW_SHORTFALL") for text in outcome.result.assumptions)
    return at_fault("DRAW_SHORTFALL", np.array([is_short != is_recorded]), is_recorded, is_short)


def _repaid(outcome: Outcome, *, is_revolving: bool | None) -> Floats:
    """Principal of loans with a commitment: revolvers, others, or None for both."""

    def found() -> Iterator[bool]:
        for asset in outcome.case.holdings.assets:
            yield asset.draws is not None and is_revolving in (None, asset.draws.is_revolving)

    rows = outcome.rows
    by_asset = outcome.pool.summed(rows["scheduled"] + rows["unscheduled"] + rows["premium"] + rows["recovery"])
    return np.asarray(by_asset[:, list(found())].sum(axis=1))


RULES = (
    borrowers_draw_what_their_loans_say,
    the_funding_account_pays_draws_first,
    nothing_is_left_where_a_draw_is_short,
    short_draws_are_recorded,
)
