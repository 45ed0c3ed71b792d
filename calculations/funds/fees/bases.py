"""What fees are charged on: the balances of each basis by partner, made from dated movements. Rates are not here.

Amounts are int64 minor units; `partner` and `position` number the owners of rows from 0.
"""

from __future__ import annotations

import numpy as np

from calculations.daycount import Days, Ints
from calculations.exact.products import Exact, product
from calculations.exact.sharing import allocate_rows
from calculations.funds.fees.levels import Levels
from calculations.ragged import day_keys


def by_participation(investment: Ints, day: Days, amount: Ints, participation: Ints) -> tuple[Ints, Days, Ints]:
    """Movements of investments (rows,) shared among partners: partner, day and amount of (rows x partners,) movements.

    `participation` (investments, partners) are the weights of partners in each investment, zero where excused, the
    columns in order of the partner ids. What has been shared out of an investment so far is shared as one amount, so
    selling all of it takes each partner to zero. Source: fund-admin F-1, CC-3, M-3.
    """
    held = Levels.of_movements(investment, day, amount)
    shared = allocate_rows(held.amount, participation[held.partner])
    is_first = np.r_[True, held.partner[1:] != held.partner[:-1]] if held.partner.size else np.zeros(0, dtype=bool)
    before = np.where(is_first[:, None], 0, np.roll(shared, 1, axis=0))
    partners = participation.shape[1]
    return np.tile(np.arange(partners), held.partner.size), np.repeat(held.day, partners), (shared - before).ravel()


def by_commitments(held: Levels, committed: Levels, payer: Ints, participation: Ints, payers: int) -> Levels:
    """What is `held` in each investment, shared by the commitments of the day: balances by payer.

    `committed` numbers commitments, `payer` (commitments,) whose they are, and `participation` (investments,
    commitments) are whole weights, less where a partner is excused; commitments stand in the order of
    their ids. Days without a commitment carry nothing. Source: fund-admin F-1, CC-3, M-3.
    """
    days = np.unique(np.r_[held.day, committed.day])
    investments, commitments = participation.shape
    amount = _on_days(held, investments, days)
    weight = product(participation[None, :, :], _on_days(committed, commitments, days)[:, None, :])
    of_payer: Exact = np.zeros((days.size, investments, payers), dtype=weight.dtype)
    day, investment = np.arange(days.size)[:, None, None], np.arange(investments)[None, :, None]
    np.add.at(of_payer, (day, investment, payer[None, None, :]), weight)
    flat = of_payer.reshape(-1, payers)
    shared = allocate_rows(np.where((flat > 0).any(axis=1), amount.ravel(), 0), flat)
    total = shared.reshape(days.size, investments, payers).sum(axis=1)
    return Levels.of_values(np.tile(np.arange(payers), days.size), np.repeat(days, payers), total.ravel())


def _on_days(levels: Levels, owners: int, days: Days) -> Ints:
    """What each owner stands at on each day, (days, owners)."""
    found = levels.at(np.tile(np.arange(owners), days.size), np.repeat(days, owners))
    return found.reshape(days.size, owners)


def invested_capital(partner: Ints, day: Days, cost: Ints, cost_relieved: Ints, permanent_write_down: Ints) -> Levels:
    """Cost of investments not yet realised, less permanent write-downs; all (rows,), the amounts positive.

    Source: fund-admin F-1.
    """
    return Levels.of_movements(partner, day, cost - cost_relieved - permanent_write_down)


def lower_of_cost_and_fair_value(cost: Levels, fair_value: Levels, partner_of_position: Ints) -> Levels:
    """The lower of cost and fair value of each position, summed by partner.

    Both levels number positions (a partner's part of one investment) where others number partners;
    `partner_of_position` is (positions,). A position without a valuation yet counts at cost.
    """
    position, day = np.r_[cost.partner, fair_value.partner], np.r_[cost.day, fair_value.day]
    _, rows = np.unique(day_keys(position, day), return_index=True)
    position, day = position[rows], day[rows]
    at_cost = cost.at(position, day)
    lower = np.where(fair_value.is_known(position, day), np.minimum(at_cost, fair_value.at(position, day)), at_cost)
    changes = Levels(position, day, lower).movements()
    return Levels.of_movements(partner_of_position[position], day, changes)
