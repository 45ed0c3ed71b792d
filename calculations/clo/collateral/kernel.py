"""The compiled loop over scenarios, assets and rows: each balance needs the one before it. Dates and terms are resolved
before it; names, threads and results belong to the projection.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from calculations.clo.collateral.rows import INTEREST, NEVER, PRINCIPAL, RECOVERY
from calculations.clo.columns import Flags, Floats, Ints

DUST = 1.0  # currency units below which a balance is written off (clo-collateral-engine 1.10)

# Columns of a kept row, in order.
ROW_COLUMNS = (
    *("coupon", "begin_balance", "default", "default_value", "interest", "scheduled", "unscheduled", "recovery"),
    *("net_loss", "end_balance", "defaulted", "defaulted_value"),
)


class PoolArrays(NamedTuple):
    """`PreparedPool` as plain arrays; `rate_key` numbers the pairs of period and theta, `tracked` the balances kept."""

    par: Floats
    price: Floats
    floor: Floats
    cap: Floats
    held_index: Floats  # the index that is in the first coupon, for a projection without a curve
    is_defaulted: Flags
    migrates: Flags
    tracked: Ints
    override: Ints
    first_row: Ints
    first_recovery: Ints
    kind: Ints
    period: Ints
    year_fraction: Floats
    accrual: Floats
    coupon: Floats  # of a row but for its index
    fixing: Ints
    rate_key: Ints
    key_period: Ints
    key_theta: Floats
    share: Floats
    is_rated_default: Flags
    recovery_row: Ints
    cash_period: Ints
    default_period: Ints


class ChunkArrays(NamedTuple):
    """Assumption sets (sets, periods) and which one each scenario, or an asset of it, goes by; index levels by curve."""

    cpr: Floats
    cdr: Floats
    severity: Floats
    is_rating: Flags
    lag: Ints
    base: Ints
    override: Ints
    curve: Ints
    levels: Floats


class FlowArrays(NamedTuple):
    """Where results are added: as `PoolFlows`, then balances of tracked assets, and rows where they are kept."""

    interest: Floats
    scheduled: Floats
    unscheduled: Floats
    recoveries: Floats
    defaults: Floats
    default_value: Floats
    net_loss: Floats
    performing: Floats
    defaulted: Floats
    defaulted_value: Floats
    tracked: Floats
    rows: Floats
    row_count: Ints


@njit(nogil=True, cache=True)
def period_rate(rate: float, theta: float) -> float:
    """An annual rate over a fraction of a year. Source: clo-collateral-engine 1.5."""
    if theta <= 0.0 or rate <= 0.0:
        return 0.0
    return 1.0 - (1.0 - rate) ** theta


@njit(nogil=True, cache=True)
def project_chunk(pool: PoolArrays, chunk: ChunkArrays, out: FlowArrays) -> None:
    """Adds the flows of every asset in every scenario of the chunk to `out`, whose arrays begin at zero.

    Order within a row: default, interest, scheduled principal, prepayment, recovery. Source: clo-collateral-engine
    1.6 to 1.10, 4.2.
    """
    last_period = chunk.cpr.shape[1] - 1
    keys = pool.key_theta.size
    default_rate, prepayment_rate = np.zeros(keys), np.zeros(keys)
    due_value, due_loss = np.zeros(pool.kind.size), np.zeros(pool.kind.size)

    for s in range(chunk.base.size):
        base = chunk.base[s]
        for key in range(keys):
            default_rate[key] = period_rate(chunk.cdr[base, pool.key_period[key]], pool.key_theta[key])
            prepayment_rate[key] = period_rate(chunk.cpr[base, pool.key_period[key]], pool.key_theta[key])

        for a in range(pool.par.size):
            assumed = base
            if pool.override[a] != NEVER and chunk.override[s, pool.override[a]] != NEVER:
                assumed = chunk.override[s, pool.override[a]]
            lag = chunk.lag[assumed]
            begin_row, end_row = pool.first_row[a], pool.first_row[a + 1]
            for r in range(begin_row, end_row):
                due_value[r] = 0.0
                due_loss[r] = 0.0

            balance, stock, value = pool.par[a], 0.0, 0.0
            if balance < DUST:
                continue
            if pool.is_defaulted[a]:
                stock, value, balance = balance, balance * pool.price[a], 0.0
                target = pool.first_recovery[lag, a]
                if target != NEVER:
                    due_value[target] = value
                    due_loss[target] = stock - value
            out.performing[s, 0] += balance
            out.defaulted[s, 0] += stock
            out.defaulted_value[s, 0] += value
            if pool.tracked[a] != NEVER:
                out.tracked[s, 0, pool.tracked[a]] = balance

            severity = 0.0
            for r in range(begin_row, end_row):
                kind, k = pool.kind[r], min(pool.period[r], last_period)
                begin_balance = balance
                default = interest = scheduled = unscheduled = recovery = loss = 0.0
                level = 0.0
                if pool.year_fraction[r] != 0.0:
                    if chunk.curve[s] == NEVER:
                        level = pool.held_index[a]
                    else:
                        level = chunk.levels[chunk.curve[s], pool.fixing[r]]
                        level = min(max(level, pool.floor[a]), pool.cap[a])

                if kind == INTEREST:
                    severity = chunk.severity[assumed, k]
                    if chunk.is_rating[assumed] or pool.migrates[a]:
                        default = balance if pool.is_rated_default[r] else 0.0
                    elif assumed == base:
                        default = balance * default_rate[pool.rate_key[r]]
                    else:
                        default = balance * period_rate(chunk.cdr[assumed, k], pool.key_theta[pool.rate_key[r]])
                elif kind == PRINCIPAL and chunk.is_rating[assumed] and pool.is_rated_default[r]:
                    default = balance
                default_value = default * (1.0 - severity)
                balance -= default
                if kind != RECOVERY:
                    scheduled = balance * pool.share[r]
                    earning = balance if kind == INTEREST else scheduled
                    interest = earning * (pool.year_fraction[r] * level + pool.accrual[r])
                    balance -= scheduled
                if kind == INTEREST:
                    if assumed == base:
                        unscheduled = balance * prepayment_rate[pool.rate_key[r]]
                    else:
                        unscheduled = balance * period_rate(chunk.cpr[assumed, k], pool.key_theta[pool.rate_key[r]])
                    balance -= unscheduled
                if default > 0.0 and pool.recovery_row[lag, r] != NEVER:
                    due_value[pool.recovery_row[lag, r]] += default_value
                    due_loss[pool.recovery_row[lag, r]] += default - default_value
                recovery, loss = due_value[r], due_loss[r]
                stock += default - recovery - loss
                value += default_value - recovery

                stock_loss, value_loss = loss, 0.0
                end_balance, written_off = balance, 0.0
                is_last = r + 1 == end_row
                is_dust = balance < DUST and stock < DUST
                if is_last or is_dust:
                    # What no later row can recover is lost.
                    stock_loss, value_loss = stock_loss + stock, value
                    loss += stock
                    stock = value = 0.0
                if is_dust:
                    written_off = balance
                    loss += balance
                    balance = 0.0

                cash, begun = pool.cash_period[r], pool.default_period[r]
                if cash != NEVER:
                    out.interest[s, cash] += interest
                    out.scheduled[s, cash] += scheduled
                    out.unscheduled[s, cash] += unscheduled
                    out.recoveries[s, cash] += recovery
                    out.net_loss[s, cash] += loss
                    repaid = scheduled + unscheduled + written_off
                    out.performing[s, cash + 1] -= repaid
                    out.defaulted[s, cash + 1] -= recovery + stock_loss
                    out.defaulted_value[s, cash + 1] -= recovery + value_loss
                    if pool.tracked[a] != NEVER:
                        out.tracked[s, cash + 1, pool.tracked[a]] -= repaid
                if begun != NEVER and default > 0.0:
                    out.defaults[s, begun] += default
                    out.default_value[s, begun] += default_value
                    out.performing[s, begun + 1] -= default
                    out.defaulted[s, begun + 1] += default
                    out.defaulted_value[s, begun + 1] += default_value
                    if pool.tracked[a] != NEVER:
                        out.tracked[s, begun + 1, pool.tracked[a]] -= default
                if out.rows.size > 0:
                    row = out.rows[s, r]
                    row[0], row[1], row[2], row[3] = pool.coupon[r] + level, begin_balance, default, default_value
                    row[4], row[5], row[6], row[7] = interest, scheduled, unscheduled, recovery
                    row[8], row[9], row[10], row[11] = loss, end_balance, stock, value
                    out.row_count[s, a] = r + 1 - begin_row
                if is_dust:
                    break
        _balances_from_changes(out, s)


@njit(nogil=True, cache=True)
def _balances_from_changes(out: FlowArrays, s: int) -> None:
    """Opening balances and the changes of each period become balances; what rounding leaves below zero is zero."""
    for i in range(1, out.performing.shape[1]):
        out.performing[s, i] = max(0.0, out.performing[s, i - 1] + out.performing[s, i])
        out.defaulted[s, i] = max(0.0, out.defaulted[s, i - 1] + out.defaulted[s, i])
        out.defaulted_value[s, i] = max(0.0, out.defaulted_value[s, i - 1] + out.defaulted_value[s, i])
        for t in range(out.tracked.shape[2]):
            out.tracked[s, i, t] = max(0.0, out.tracked[s, i - 1, t] + out.tracked[s, i, t])
