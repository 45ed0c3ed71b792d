"""Writes the synthetic market files: exchange rates, two rate indices, index levels, holidays. Workbooks do not belong here.

Layouts follow input-contracts 5.2 to 5.4; every level comes from market.yaml and the seed.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import holidays
import numpy as np
import numpy.typing as npt

from ingestion.samples.fixings import libor_path, rate_path
from ingestion.samples.parameters import load_yaml
from ingestion.samples.schedule import us_holidays

ALWAYS_CLOSED = ("01-01", "12-25", "12-26")


def write_market_files(folder: Path, seed: int) -> list[Path]:
    """Write the market files into `folder` and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    market = load_yaml("market.yaml")
    return [
        _write(folder / "fx_ecb_wide.csv", *_fx(market["fx"], seed)),
        _write(folder / "sofr_index.csv", *_sofr(market["sofr"], seed), delimiter=";"),
        _write(folder / "usd_3m_index.csv", *_libor(market["libor_3m"], seed)),
        _write(folder / "index_levels.csv", *_indices(market["indices"], seed)),
        _write(folder / "holidays.csv", *_holidays(market["holidays"])),
    ]


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]], delimiter: str = ",") -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    return path


def _weekdays(first: dt.date, last: dt.date, closed: Iterable[str] = ALWAYS_CLOSED) -> npt.NDArray[np.datetime64]:
    shut = np.array(
        [f"{year}-{day}" for year in range(first.year, last.year + 1) for day in closed], dtype="datetime64[D]"
    )
    days = np.arange(np.datetime64(first), np.datetime64(last) + 1)
    return days[np.is_busday(days, holidays=shut)]


def bridge(
    rng: np.random.Generator, start: float, end: float, volatility: float, count: int
) -> npt.NDArray[np.float64]:
    """A geometric random walk of `count` levels tied to both ends."""
    steps = np.concatenate([[0.0], rng.normal(0.0, volatility, size=count - 1)]).cumsum()
    time = np.linspace(0.0, 1.0, count)
    return np.exp(np.log(start) + (np.log(end) - np.log(start)) * time + steps - time * steps[-1])


def fx_quotes(
    level: dict[str, Any], seed: int
) -> tuple[npt.NDArray[np.datetime64], dict[str, tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]]]:
    """Days and by currency its units per 1 EUR, with the days on which no quote is published."""
    days = _weekdays(level["from"], level["to"])
    rng = np.random.default_rng([seed, 201])
    quotes = {}
    for currency, (start, end, volatility, decimals) in level["currencies"].items():
        rates = bridge(rng, start, end, volatility, days.size).round(decimals)
        quotes[currency] = (rates, rng.random(days.size) < level["missing_share"])
    return days, quotes


def _fx(level: dict[str, Any], seed: int) -> tuple[list[str], list[list[str]]]:
    """ECB wide layout: newest first, units per 1 EUR, N/A where a rate is missing, one empty column at the end."""
    days, quotes = fx_quotes(level, seed)
    columns = []
    for (rates, missing), (_, _, _, decimals) in zip(quotes.values(), level["currencies"].values(), strict=True):
        columns.append(["N/A" if gone else f"{rate:.{decimals}f}" for rate, gone in zip(rates, missing, strict=True)])
    rows = [[str(day), *rates, ""] for day, *rates in zip(days, *columns, strict=True)]
    return ["Date", *level["currencies"], ""], rows[::-1]


def _sofr(level: dict[str, Any], seed: int) -> tuple[list[str], list[list[str]]]:
    """Percent, month first, newest first; US bank holidays have no rate."""
    closed = np.array([day for day, _ in us_holidays(with_juneteenth=True)], dtype="datetime64[D]")
    path = rate_path(np.random.default_rng([seed, 202]), level, closed)
    rows = [
        [day.strftime("%m/%d/%Y"), level["rate_type"], f"{percent:.{level['decimals']}f}"]
        for day, percent in zip(path.days.tolist(), path.percent.tolist(), strict=True)
    ]
    return ["Effective Date", "Rate Type", "Rate (%)"], rows[::-1]


def _libor(level: dict[str, Any], seed: int) -> tuple[list[str], list[list[str]]]:
    """Percent, oldest first; a weekday without fixing states a point."""
    path = libor_path(seed)
    fixings = dict(zip(path.days.tolist(), path.percent.tolist(), strict=True))
    rows = []
    for day in _weekdays(level["from"], level["to"], closed=()).tolist():
        rows.append([day.isoformat(), f"{fixings[day]:.{level['decimals']}f}" if day in fixings else "."])
    return ["DATE", "USD3MTD156N"], rows


def _indices(level: dict[str, Any], seed: int) -> tuple[list[str], list[list[str]]]:
    days = _weekdays(level["from"], level["to"])
    rng = np.random.default_rng([seed, 203])
    rows = []
    for index_id, return_type, start, drift, volatility in level["series"]:
        years = (days - days[0]).astype(int) / 365.25
        end = start * float(np.exp(drift * years[-1]))
        levels = bridge(rng, start, end, volatility / np.sqrt(260.0), days.size)
        rows += [
            [index_id, str(day), f"{value:.4f}", "USD", return_type, "WEIR-DEMO"]
            for day, value in zip(days, levels, strict=True)
        ]
    return ["index_id", "level_date", "level", "currency", "return_type", "source"], rows


def _holidays(level: dict[str, Any]) -> tuple[list[str], list[list[str]]]:
    """Weekday holidays of US banks, TARGET and England by calendar and day."""
    years = range(level["from_year"], level["to_year"] + 1)
    calendars: dict[str, Iterable[tuple[dt.date, str]]] = {
        "TARGET": holidays.financial_holidays("ECB", years=years).items(),
        "UK": holidays.country_holidays("GB", subdiv="ENG", years=years).items(),
        "US": us_holidays(with_juneteenth=True),
    }
    rows = []
    for calendar, days in calendars.items():
        rows += [
            [calendar, day.isoformat(), name] for day, name in sorted(days) if day.weekday() < 5 and day.year in years
        ]
    return ["calendar", "holiday_date", "name"], rows
