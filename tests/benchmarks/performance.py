"""Times fund performance: rates of many series beside a plain loop of pyxirr over the same ones, in one run."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pyxirr

from calculations.daycount import Ints
from calculations.irr_many import xirr_many
from tests.benchmarks.clo import Timed, repeated

SERIES, FLOWS = 100_000, 24


def fund_performance() -> list[Timed]:
    """All lines, in order."""
    return [*_rates("one change of sign", is_mixed=False), *_rates("calls and distributions mixed", is_mixed=True)]


def partner_flows(is_mixed: bool, seed: int = 7) -> tuple[Ints, Ints, Ints]:
    """Offsets, day numbers and cents of partners' flows over ten years: calls first, or distributions ever more likely."""
    random = np.random.default_rng(seed)
    days = np.sort(random.integers(0, 3_650, (SERIES, FLOWS)), axis=1) + 15_000
    late = np.broadcast_to(np.linspace(0, 1, FLOWS), days.shape)
    is_paid_out = random.random(days.shape) < late if is_mixed else late > 0.6
    cents = np.where(is_paid_out, random.integers(1, 30_000, days.shape), -random.integers(1, 20_000, days.shape))
    return np.arange(SERIES + 1) * FLOWS, days.ravel(), cents.ravel()


def _rates(name: str, is_mixed: bool) -> list[Timed]:
    offsets, days, cents = partner_flows(is_mixed)
    dates = [dt.date.fromordinal(719_163 + day) for day in days.tolist()]
    split = offsets.tolist()
    dated = [dates[a:b] for a, b in zip(split, split[1:], strict=False)]
    money = [cents[a:b].astype(float).tolist() for a, b in zip(split, split[1:], strict=False)]

    def loop() -> None:
        for one, amounts in zip(dated, money, strict=True):
            pyxirr.xirr(one, amounts, silent=True)

    xirr_many(offsets, days, cents)  # compiles
    ours = repeated(f"{SERIES:,} rates of {FLOWS} flows: {name}", lambda: xirr_many(offsets, days, cents))
    theirs = repeated("  a loop of pyxirr, which looks for one root", loop)
    ratio = f"{ours.seconds.median / theirs.seconds.median:.2f} of the loop"
    return [replace(ours, target="the loop of pyxirr", note=ratio), theirs]
