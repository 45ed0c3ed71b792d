"""The plain arrays that the compiled loop takes and fills, by name. What computes them, and with what, is elsewhere."""

from __future__ import annotations

from typing import NamedTuple

from calculations.clo.columns import Flags, Floats, Ints

# Columns of a kept row, in order.
ROW_COLUMNS = (
    *("coupon", "begin_balance", "default", "default_value", "interest", "scheduled", "unscheduled", "recovery"),
    *("net_loss", "end_balance", "defaulted", "defaulted_value", "pik_interest", "pik_balance", "draw"),
    *("unfunded_balance", "fees", "premium", "restructuring_loss"),
)


class FeatureArrays(NamedTuple):
    """Features of assets (n,), then of rows; all zero where an asset has none. `utilisation` below 0: none."""

    pik_balance: Floats
    pik_in_par: Flags
    deferring_worth: Floats
    unfunded: Floats
    revolves: Flags
    utilisation: Floats
    pik_share: Floats
    is_deferring: Flags
    draw_share: Floats
    draw_year_fraction: Floats
    draw_accrual: Floats
    draw_fee: Floats
    undrawn_fee: Floats
    may_draw: Flags
    lapses: Flags
    event: Floats


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
    coupon: Floats  # annual rate of a row beside its index
    fixing: Ints
    rate_key: Ints
    key_period: Ints
    key_theta: Floats
    share: Floats
    is_rated_default: Flags
    recovery_row: Ints
    cash_period: Ints
    default_period: Ints
    features: FeatureArrays


class ChunkArrays(NamedTuple):
    """Assumption sets (sets, periods) and which one each scenario, or an asset of it, goes by; index levels by curve.

    `funded` (scenarios, periods) is the share of draws that is paid; of no size where all are.
    """

    cpr: Floats
    cdr: Floats
    severity: Floats
    is_rating: Flags
    lag: Ints
    base: Ints
    override: Ints
    curve: Ints
    levels: Floats
    funded: Floats


class FlowArrays(NamedTuple):
    """Where results are added: as `PoolFlows` and `FeatureFlows`, then tracked balances, and rows where they are kept."""

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
    draws: Floats
    capitalised: Floats
    unfunded: Floats
    deferring_haircut: Floats
    refills: Floats
    redrawn: Floats
    not_drawn: Floats
    pik_scheduled: Floats
    pik_unscheduled: Floats
    tracked: Floats
    rows: Floats
    row_count: Ints
