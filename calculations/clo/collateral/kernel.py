"""The compiled loop over scenarios, assets and rows: each balance needs the one before it. Dates and terms are resolved
before it; names, threads and results belong to the projection.

All compiled functions stand in this one file: the cache of compiled code sees changes of the file that a function is in,
not of those it calls.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from calculations.clo.collateral.arrays import ChunkArrays, FlowArrays, PoolArrays
from calculations.clo.collateral.event_terms import (
    CAPITALISED,
    DEFAULTED,
    FEE,
    PAID,
    PREMIUM,
    REPAID,
    WITHDRAWN,
    WRITTEN_DOWN,
)
from calculations.clo.collateral.recovery import NEVER
from calculations.clo.collateral.rows import EVENT, INTEREST, PRINCIPAL

DUST = 1.0  # currency units below which a balance is written off (clo-collateral-engine 1.10)


@njit(nogil=True, cache=True, error_model="numpy")
def period_rate(rate: float, theta: float) -> float:
    """An annual rate over a fraction of a year, as `calculations.period_rates`. Source: clo-collateral-engine 1.5."""
    if theta <= 0.0 or rate <= 0.0:
        return 0.0
    return 1.0 - (1.0 - rate) ** theta


@njit(nogil=True, cache=True, error_model="numpy")
def project_chunk(pool: PoolArrays, chunk: ChunkArrays, out: FlowArrays) -> None:
    """Adds the flows of every asset in every scenario of the chunk to `out`, whose arrays begin at zero."""
    keys = pool.key_theta.size
    default_rate, prepayment_rate = np.zeros(keys), np.zeros(keys)
    due_value, due_loss = np.zeros(pool.kind.size), np.zeros(pool.kind.size)
    for s in range(chunk.base.size):
        base = chunk.base[s]
        for key in range(keys):
            default_rate[key] = period_rate(chunk.cdr[base, pool.key_period[key]], pool.key_theta[key])
            prepayment_rate[key] = period_rate(chunk.cpr[base, pool.key_period[key]], pool.key_theta[key])
        for a in range(pool.par.size):
            _project_asset(pool, chunk, out, s, a, default_rate, prepayment_rate, due_value, due_loss)
        _balances_from_changes(out, s)


# Inlined, as its many arrays cost as much to hand over as a row to compute.
@njit(nogil=True, cache=True, error_model="numpy", inline="always")
def _project_asset(  # type: ignore[no-untyped-def]
    pool, chunk, out, s, a, default_rate, prepayment_rate, due_value, due_loss
) -> None:
    """One asset in one scenario. `default_rate` and `prepayment_rate` are by rate key, for the scenario's own set.

    Order within a row: default, draws, interest and fees, scheduled principal, prepayment, what is capitalised,
    recovery. Source: clo-collateral-engine 1.6 to 1.10, 4.2; clo-extensions 3.
    """
    features = pool.features
    assumed = chunk.base[s]
    if pool.override[a] != NEVER and chunk.override[s, pool.override[a]] != NEVER:
        assumed = chunk.override[s, pool.override[a]]
    is_base, is_rating = assumed == chunk.base[s], chunk.is_rating[assumed]
    lag, curve = chunk.lag[assumed], chunk.curve[s]
    last_period = chunk.cpr.shape[1] - 1
    begin_row, end_row = pool.first_row[a], pool.first_row[a + 1]
    due_value[begin_row:end_row] = 0.0
    due_loss[begin_row:end_row] = 0.0

    balance, stock, value = pool.par[a], 0.0, 0.0
    capital, unfunded = features.pik_balance[a], features.unfunded[a]
    if balance < DUST and unfunded < DUST:
        return
    if pool.is_defaulted[a]:
        stock, value, balance = balance, balance * pool.price[a], 0.0
        capital = unfunded = 0.0
        target = pool.first_recovery[lag, a]
        if target != NEVER:
            due_value[target] = value
            due_loss[target] = stock - value
    # What of capitalised interest tests do not count as par.
    uncounted = 0.0 if features.pik_in_par[a] else 1.0
    haircut, severity = 0.0, 0.0
    undrawn = 0.0  # of the unfunded, what was asked for and not paid: it is not asked for again
    if features.defers_at_start[a]:
        haircut = (balance - uncounted * capital) * (1.0 - min(1.0, features.deferring_worth[a]))
        out.deferring_haircut[s, 0] += haircut
    out.performing[s, 0] += balance - uncounted * capital
    out.defaulted[s, 0] += stock
    out.defaulted_value[s, 0] += value
    out.unfunded[s, 0] += unfunded
    if pool.tracked[a] != NEVER:
        out.tracked[s, 0, pool.tracked[a]] = balance - uncounted * capital

    for r in range(begin_row, end_row):
        kind, k = pool.kind[r], min(pool.period[r], last_period)
        begin_balance, begin_capital, begin_unfunded = balance, capital, unfunded
        default = default_value = interest = scheduled = unscheduled = 0.0
        capitalised = draw = fees = premium = written_down = 0.0
        asked = refill = redrawn = pik_scheduled = pik_unscheduled = 0.0
        level = 0.0
        if pool.fixing[r] != NEVER:
            if curve == NEVER:
                level = pool.held_index[a]
            else:
                level = min(max(chunk.levels[curve, pool.fixing[r]], pool.floor[a]), pool.cap[a])
        earned = pool.year_fraction[r] * level + pool.accrual[r]

        if kind == INTEREST:
            severity = chunk.severity[assumed, k]
            if is_rating or pool.migrates[a]:
                rate = 1.0 if pool.is_rated_default[r] else 0.0
            elif is_base:
                rate = default_rate[pool.rate_key[r]]
            else:
                rate = period_rate(chunk.cdr[assumed, k], pool.key_theta[pool.rate_key[r]])
            if is_base:
                prepaid = prepayment_rate[pool.rate_key[r]]
            else:
                prepaid = period_rate(chunk.cpr[assumed, k], pool.key_theta[pool.rate_key[r]])
            default = balance * rate
            default_value = default * (1.0 - severity)
            balance -= default
            interest = balance * earned
            if unfunded > 0.0:
                unfunded -= unfunded * rate
                undrawn -= undrawn * rate
                paid = 1.0
                if chunk.funded.size > 0 and pool.cash_period[r] != NEVER:
                    paid = chunk.funded[s, pool.cash_period[r]]
                due = unfunded - undrawn
                asked = due * features.draw_share[r]
                interest += paid * due * (features.draw_year_fraction[r] * level + features.draw_accrual[r])
                # The fee of what is drawn ends with its draw; what is short or was missed goes on paying it.
                fees = unfunded * features.undrawn_fee[r]
                fees -= paid * due * (features.undrawn_fee[r] - features.draw_fee[r])
                undrawn += (1.0 - paid) * asked
                if features.utilisation[a] >= 0.0 and features.may_draw[r]:
                    wanted = features.utilisation[a] * (balance + unfunded) - balance
                    asked = min(max(wanted, 0.0), unfunded)
                draw = paid * asked
                unfunded -= draw
                balance += draw
            scheduled = balance * pool.share[r]
            unscheduled = (balance - scheduled) * prepaid
            kept = balance - scheduled - unscheduled
            if features.pik_share[r] > 0.0 and balance > 0.0:
                capitalised = features.pik_share[r] * interest * (kept / balance)
                interest -= capitalised
            if capital > 0.0:
                if balance > 0.0:
                    pik_scheduled = capital * (1.0 - rate) * (scheduled / balance)
                    pik_unscheduled = capital * (1.0 - rate) * (unscheduled / balance)
                capital *= (1.0 - rate) * (kept / balance) if balance > 0.0 else 0.0
            capital += capitalised
            if features.revolves[a] and features.may_draw[r]:
                refill = scheduled + unscheduled
                unfunded += refill
            elif draw > 0.0:
                redrawn = draw * (1.0 - kept / balance)
            if features.lapses[r]:
                unfunded = undrawn = 0.0
            balance = kept + capitalised
        elif kind == PRINCIPAL:
            if is_rating and pool.is_rated_default[r]:
                default, balance = balance, 0.0
                default_value = default * (1.0 - severity)
                capital = unfunded = undrawn = 0.0
            scheduled = balance * pool.share[r]
            interest = scheduled * earned
            pik_scheduled = capital * pool.share[r]
            capital -= pik_scheduled
            balance -= scheduled
            if features.revolves[a] and features.may_draw[r]:
                refill = scheduled
                unfunded += refill
        elif kind == EVENT:
            terms = features.event[r]
            default = balance * terms[DEFAULTED]
            default_value = default * (1.0 - chunk.severity[assumed, k])
            unfunded -= unfunded * terms[WITHDRAWN]
            undrawn -= undrawn * terms[WITHDRAWN]
            written_down = balance * terms[WRITTEN_DOWN]
            unscheduled = balance * terms[REPAID]
            premium = balance * terms[PREMIUM]
            fees = balance * terms[FEE]
            interest = balance * earned * terms[PAID]
            capitalised = balance * earned * terms[CAPITALISED]
            # Below par only its price comes back, of capitalised interest too.
            pik_unscheduled = capital * (terms[REPAID] + min(terms[PREMIUM], 0.0))
            capital = capital * (1.0 - terms[DEFAULTED] - terms[WRITTEN_DOWN] - terms[REPAID]) + capitalised
            balance = balance - default - written_down - unscheduled + capitalised

        if default > 0.0 and pool.recovery_row[lag, r] != NEVER:
            due_value[pool.recovery_row[lag, r]] += default_value
            due_loss[pool.recovery_row[lag, r]] += default - default_value
        # What a restructuring takes off is a default that is lost on the spot.
        default += written_down
        recovery, loss = due_value[r], due_loss[r] + written_down
        stock += default - recovery - loss
        value += default_value - recovery

        stock_loss, value_loss = loss, 0.0
        end_balance, written_off = balance, 0.0
        is_dust = balance < DUST and stock < DUST and unfunded < DUST
        if r + 1 == end_row or is_dust:
            # What no later row can recover is lost.
            stock_loss, value_loss = stock_loss + stock, value
            loss += stock
            stock = value = 0.0
        if is_dust:
            written_off = balance
            loss += balance
            balance = capital = 0.0

        cash, begun, track = pool.cash_period[r], pool.default_period[r], pool.tracked[a]
        if cash != NEVER:
            out.interest[s, cash] += interest + fees
            out.scheduled[s, cash] += scheduled
            out.unscheduled[s, cash] += unscheduled + premium
            out.recoveries[s, cash] += recovery
            out.net_loss[s, cash] += loss
            repaid = scheduled + unscheduled + written_off - draw - capitalised
            if begin_capital > 0.0 or capital > 0.0:
                share = default / begin_balance if begin_balance > 0.0 else 0.0
                repaid += uncounted * (capital - begin_capital * (1.0 - share))
                out.pik_scheduled[s, cash] += pik_scheduled
                out.pik_unscheduled[s, cash] += pik_unscheduled
            out.performing[s, cash + 1] -= repaid
            out.defaulted[s, cash + 1] -= recovery + stock_loss
            out.defaulted_value[s, cash + 1] -= recovery + value_loss
            # Off for most loans; each array touched costs time in every row of every scenario.
            if begin_unfunded > 0.0 or unfunded > 0.0:
                out.draws[s, cash] += draw
                out.not_drawn[s, cash] += asked - draw
                out.refills[s, cash] += refill
                out.redrawn[s, cash] += redrawn
                out.unfunded[s, cash + 1] += unfunded - begin_unfunded
            if capitalised > 0.0:
                out.capitalised[s, cash] += capitalised
            if features.is_deferring[r] or haircut > 0.0:
                before = haircut
                haircut = 0.0
                if features.is_deferring[r]:
                    haircut = (balance - uncounted * capital) * (1.0 - min(1.0, features.deferring_worth[a]))
                out.deferring_haircut[s, cash + 1] += haircut - before
            if track != NEVER:
                out.tracked[s, cash + 1, track] -= repaid
        if begun != NEVER and default > 0.0:
            counted = default
            if begin_capital > 0.0:
                counted -= uncounted * default * (begin_capital / begin_balance)
            out.defaults[s, begun] += default
            out.default_value[s, begun] += default_value
            out.performing[s, begun + 1] -= counted
            out.defaulted[s, begun + 1] += default
            out.defaulted_value[s, begun + 1] += default_value
            if track != NEVER:
                out.tracked[s, begun + 1, track] -= counted
        if out.rows.size > 0:
            row = out.rows[s, r]
            row[0], row[1], row[2], row[3] = pool.coupon[r] + level, begin_balance, default, default_value
            row[4], row[5], row[6], row[7] = interest, scheduled, unscheduled, recovery
            row[8], row[9], row[10], row[11] = loss, end_balance, stock, value
            row[12], row[13], row[14], row[15] = capitalised, capital, draw, unfunded
            row[16], row[17], row[18] = fees, premium, written_down
            out.row_count[s, a] = r + 1 - begin_row
        if is_dust:
            break


@njit(nogil=True, cache=True, error_model="numpy")
def _balances_from_changes(out: FlowArrays, s: int) -> None:
    """Opening balances and the changes of each period become balances; what rounding leaves below zero is zero."""
    for balances in (out.performing, out.defaulted, out.defaulted_value, out.unfunded, out.deferring_haircut):
        for i in range(1, balances.shape[1]):
            balances[s, i] = max(0.0, balances[s, i - 1] + balances[s, i])
    for i in range(1, out.tracked.shape[1]):
        for t in range(out.tracked.shape[2]):
            out.tracked[s, i, t] = max(0.0, out.tracked[s, i - 1, t] + out.tracked[s, i, t])
