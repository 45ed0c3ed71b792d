"""Month-end exchange rates of the fund workbooks: those of the market files, and a walk towards them before these begin."""

from __future__ import annotations

import datetime as dt

import numpy as np

from ingestion.samples.funds.days import month_ends
from ingestion.samples.funds.story import ExchangeRates
from ingestion.samples.market import bridge, fx_quotes
from ingestion.samples.parameters import load_yaml

STREAM = 303
DECIMALS = 8


def month_end_rates(plan: ExchangeRates, seed: int, last: dt.date) -> list[tuple[str, dt.date, float]]:
    """(currency, month end, USD per unit) by currency and day."""
    days, quotes = fx_quotes(load_yaml("market.yaml")["fx"], seed)
    ends = list(month_ends(plan.first, last))
    early = [day for day in ends if day < days[0].item()]
    # The last quote by a month's end; quotes of days on which none is published are skipped.
    found = []
    for number, currency in enumerate(plan.currencies):
        published = ~quotes["USD"][1]
        per_euro = np.ones(days.size)
        if currency != "EUR":
            per_euro, gone = quotes[currency]
            published = published & ~gone
        known, dollars = days[published], (quotes["USD"][0] / per_euro)[published]
        at = np.searchsorted(known, np.array(ends[len(early) :], dtype="datetime64[D]"), side="right") - 1
        market = dollars[at]
        level, volatility = plan.before_market[currency]
        rng = np.random.default_rng([seed, STREAM, number])
        before = bridge(rng, level, float(market[0]), volatility, len(early) + 1)[:-1]
        rates = [round(float(rate), DECIMALS) for rate in [*before, *market]]
        found += [(currency, day, rate) for day, rate in zip(ends, rates, strict=True)]
    return found
