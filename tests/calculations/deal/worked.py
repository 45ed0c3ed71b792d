"""The deals and collateral of the worked tables in clo-liabilities-waterfall 9. No expected values here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np

from calculations.clo import deal
from calculations.clo.deal import DealResult, PaymentDates
from calculations.clo.pool_flows import PoolFlows
from calculations.clo.presets import STANDARD, Preset

START = dt.date(2024, 1, 15)
QUARTERS = (dt.date(2024, 4, 15), dt.date(2024, 7, 15), dt.date(2024, 10, 15), dt.date(2025, 1, 15))
INDEX = 0.05


def dates(periods: int = 4, *, ends: bool = True) -> PaymentDates:
    return PaymentDates(analysis=START, accrual_start=START, payment=QUARTERS[:periods], ends_at_maturity=ends)


def pool(
    interest: Sequence[float],
    principal: Sequence[float],
    performing_end: Sequence[float],
    performing_start: float = 100e6,
) -> PoolFlows:
    """One scenario of a pool whose principal is all scheduled."""
    flows = PoolFlows.zeros(1, len(interest))
    flows.interest[0] = interest
    flows.scheduled[0] = principal
    flows.performing[0] = [performing_start, *performing_end]
    return flows


def run(
    text: str,
    interest: Sequence[float],
    principal: Sequence[float],
    performing_end: Sequence[float],
    *,
    preset: Preset = STANDARD,
    ends: bool = False,
    steps: bool = True,
    payment: PaymentDates | None = None,
) -> DealResult:
    flows = pool(interest, principal, performing_end)
    payment = payment or dates(len(interest), ends=ends)
    index = np.full(payment.periods, INDEX)
    return deal.run_liabilities(deal.loads(text, preset), flows, payment, index, record_steps=steps)


def cents(values: object) -> list[float]:
    return [round(float(value), 2) for value in np.asarray(values).reshape(-1)]


PLAIN = """
deal: plain
notes:
  A: {original_balance: 80000000, spread: 0.015}
  B: {original_balance: 10000000, spread: 0.03}
  sub: {original_balance: 10000000, equity: true}
beginning_fee_basis: 100000000
fees:
  trustee: {kind: beginning, fixed: 100000}
  base: {kind: beginning, rate: 0.0015}
  junior: {kind: beginning, rate: 0.0035}
tests:
  OC-B: {kind: oc, trigger: 1.05, denominator: [A, B]}
  IC-B: {kind: ic, trigger: 1.10, denominator: [A, B], less_fees: [trustee, base]}
call: {price: 0.99}
dates: {reinvestment_end: 2023-12-31, stated_maturity: 2025-01-15}
lists:
  interest:
    steps:
      - {fee: trustee}
      - {fee: base}
      - {interest: [A]}
      - {interest: [B]}
      - {cover: {oc: OC-B, ic: IC-B}}
      - {fee: junior}
      - {residual: {book: interest}}
  principal:
    steps:
      - {fee: trustee}
      - {fee: base}
      - {interest: [A]}
      - {interest: [B]}
      - {cover: {oc: OC-B, ic: IC-B, cure: principal}}
      - {reinvest: {limit: policy}}
      - {move: {to: notes}}
  notes:
    steps:
      - {principal: [A]}
      - {principal: [B]}
      - {fee: junior}
      - {residual: {book: principal}}
"""

CURES = """
deal: cures
notes:
  A: {original_balance: 70000000, spread: 0.015}
  B: {original_balance: 10000000, spread: 0.03}
  C: {original_balance: 8000000, spread: 0.05, deferrable: true}
  sub: {original_balance: 10000000, equity: true}
tests:
  OC-B: {kind: oc, trigger: 1.18, denominator: [A, B]}
  IC-B: {kind: ic, trigger: 1.20, denominator: [A, B]}
  OC-C: {kind: oc, trigger: 1.04, denominator: [A, B, C]}
  IC-C: {kind: ic, trigger: 1.10, denominator: [A, B, C]}
reinvestment: {during: {type: all_principal, share: 1}}
dates: {reinvestment_end: 2024-12-31, stated_maturity: 2030-01-15}
lists:
  interest:
    steps:
      - {interest: [A]}
      - {interest: [B]}
      - {cover: {oc: OC-B, ic: IC-B}}
      - {interest: [C]}
      - {deferred: [C]}
      - {cover: {oc: OC-C, ic: IC-C}}
      - {residual: {book: interest}}
  principal:
    steps:
      - {interest: [A]}
      - {interest: [B]}
      - {cover: {oc: OC-B, ic: IC-B, cure: principal}}
      - {interest: [C], when: {controlling: C}}
      - {deferred: [C], when: {controlling: C}}
      - {cover: {oc: OC-C, ic: IC-C, cure: principal}}
      - {reinvest: {limit: policy}}
      - {move: {to: notes}}
  notes:
    steps:
      - {principal: [A]}
      - {principal: [B]}
      - {deferred: [C]}
      - {principal: [C]}
      - {residual: {book: principal}}
quirks:
  LIA-02: {tests.OC-B.credits_itself_again: [interest, principal]}
"""

DEFERRAL = """
deal: deferral
notes:
  A: {original_balance: 80000000, spread: 0.015}
  B: {original_balance: 10000000, spread: 0.04}
  C: {original_balance: 10000000, spread: 0.06, deferrable: true}
  sub: {original_balance: 10000000, equity: true}
tests:
  OC-C: {kind: oc, trigger: 0.5, denominator: [A, B, C]}
  IC-C: {kind: ic, trigger: 0.5, denominator: [A, B, C]}
  OC-only-C: {kind: oc, trigger: 0.5, denominator: [C]}
  IC-only-C: {kind: ic, trigger: 0.1, denominator: [C]}
lists:
  interest:
    steps:
      - {interest: [A]}
      - {interest: [B]}
      - {interest: [C]}
      - {deferred: [C]}
      - {residual: {book: interest}}
  principal: {steps: [{move: {to: notes}}]}
  notes:
    steps:
      - {principal: [A]}
      - {principal: [B]}
      - {interest: [C]}
      - {deferred: [C]}
      - {principal: [C]}
      - {residual: {book: principal}}
"""
