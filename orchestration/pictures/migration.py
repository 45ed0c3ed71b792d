"""What ratings do on simulated paths, deal beside deal: shares of ratings, defaults, losses of classes. As the workbook asks for it;
what somebody asked for at the launchpad is read in the marts.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from calculations.clo.migration.universe import STATES
from orchestration.pictures.drawing import FAIL, INK, PASS, first_of, markdown, small_multiples
from orchestration.warehouse import Warehouse

NOTHING = "No simulation yet."
INVESTMENT_GRADE = STATES[: STATES.index("BBB-") + 1]
# What is drawn together, the best below; states not named have no name of their own here.
BANDS: dict[str, tuple[str, ...]] = {
    "repaid": ("matured",),
    "investment grade": INVESTMENT_GRADE,
    "BB": ("BB+", "BB", "BB-"),
    "B": ("B+", "B", "B-"),
    "CCC": ("CCC",),
    "default": ("cumulative_defaults",),
}
COLOURS = {
    "repaid": "#e3e7ea",
    "investment grade": "#1f4e79",
    "BB": "#5b93bd",
    "B": "#a9cbe2",
    "CCC": "#e0a458",
    "default": FAIL,
}


def _newest(relation: str) -> str:
    """SQL for the rows of each deal's newest simulation that a workbook asks for, `deal` naming it."""
    return f"""
        with newest as (
            select c.*, s.path_count, s.paid_path_count, s.known_at from {relation} as c
            inner join calc.clo_migrations as s using (simulation_id)
            where not s.is_asked_for and c.deal_id is not null
            qualify dense_rank() over (
                partition by c.organization_id, c.deal_id order by c.as_of_date desc, s.known_at desc, c.load_id desc
            ) = 1
        )
        select *,
            if(min(organization_id) over same <> max(organization_id) over same, organization_id || ' ', '')
            || deal_id as deal
        from newest
        window same as (partition by deal_id)
    """


def rating_picture(warehouse: Warehouse) -> str:
    """Mean balance by rating, in default and repaid, as shares of the pool, stacked over time, as Markdown with a PNG in it."""
    rows = warehouse.rows(
        f"select deal, period_date, measure, mean from ({_newest('calc.clo_migration_statistics')}) "
        "where unit = 'balance' order by length(deal_id), deal, period_date"
    )
    if not rows:
        return NOTHING
    band_of = {measure: band for band, measures in BANDS.items() for measure in measures}
    found: dict[str, dict[dt.date, dict[str, float]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(float)))
    for deal, day, measure, mean in rows:
        if measure in band_of:
            found[deal][day][band_of[measure]] += mean
    deals, words = first_of(list(found), "deals")
    figure, grid = small_multiples(deals)
    for deal, axes in grid.items():
        balances = np.array([[by_band[band] for band in BANDS] for by_band in found[deal].values()]).T
        axes.stackplot(
            list(found[deal]), balances / balances.sum(axis=0), colors=[COLOURS[band] for band in BANDS], linewidth=0
        )
        axes.set_ylim(0, 1)
        axes.margins(x=0)
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    handles = [plt.Rectangle((0, 0), 1, 1, color=COLOURS[band]) for band in BANDS]
    _finish(figure, grid, "share of the pool's balance, mean over paths", handles, list(BANDS))
    return markdown(figure, "Ratings over time, mean over paths", words)


def default_picture(warehouse: Warehouse) -> str:
    """Balance in default as a share of the pool: the range of all paths, a deviation about the mean, and the median, over time,
    as Markdown with a PNG in it."""
    rows = warehouse.rows(
        f"""
        select deal, period_date, [minimum, maximum, mean, median, standard_deviation], path_count,
            sum(mean) filter (where period = 0) over (partition by deal) as opening, measure
        from ({_newest("calc.clo_migration_statistics")})
        where unit = 'balance' and measure in ('cumulative_defaults', 'performing')
        qualify measure = 'cumulative_defaults'
        order by length(deal_id), deal, period_date
        """
    )
    if not rows:
        return NOTHING
    found: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for deal, *row in rows:
        found[deal].append(tuple(row))
    deals, words = first_of(list(found), "deals")
    figure, grid = small_multiples(deals)
    for deal, axes in grid.items():
        days = [day for day, *_ in found[deal]]
        figures = np.array([values for _, values, *_ in found[deal]])
        opening = np.array([opening for _, _, _, opening, _ in found[deal]])
        least, most, mean, median, deviation = figures.T / opening
        axes.fill_between(days, least, most, color=PASS, alpha=0.18, linewidth=0)
        axes.fill_between(
            days,
            np.maximum(mean - deviation, least),
            np.minimum(mean + deviation, most),
            color=PASS,
            alpha=0.35,
            linewidth=0,
        )
        axes.plot(days, mean, color=PASS, linewidth=1.3)
        axes.plot(days, median, color=INK, linewidth=0.9, linestyle=(0, (4, 2)))
        axes.set_ylim(bottom=0)
        axes.margins(x=0)
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    handles: list[Any] = [
        plt.Rectangle((0, 0), 1, 1, color=PASS, alpha=0.18),
        plt.Rectangle((0, 0), 1, 1, color=PASS, alpha=0.5),
        plt.Line2D([], [], color=PASS, linewidth=1.3),
        plt.Line2D([], [], color=INK, linewidth=0.9, linestyle=(0, (4, 2))),
    ]
    labels = ["all paths", "a standard deviation", "mean", "median"]
    _finish(figure, grid, "defaulted until then, share of what performed at the start", handles, labels)
    return markdown(figure, "Cumulative defaults over paths", f"{rows[0][3]:,} paths. {words}".strip())


def loss_picture(warehouse: Warehouse) -> str:
    """Loss of each class as a share of its balance: mean, median to 99 %, and the worst path, as Markdown with a PNG in it."""
    rows = warehouse.rows(
        f"""
        select deal, tranche_name, expected_loss_rate, loss_rate_p50, loss_rate_p95, loss_rate_p99, maximum_loss_rate,
            probability_of_loss, paid_path_count
        from ({_newest("calc.clo_tranche_losses")})
        where probability_of_loss is not null
        order by length(deal_id), deal, tranche_name = 'Class X', tranche_name desc
        """
    )
    if not rows:
        return "No deal was paid on simulated paths yet."
    found: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for deal, *row in rows:
        found[deal].append(tuple(row))
    deals, words = first_of(list(found), "deals")
    figure, grid = small_multiples(deals, height=1.9)
    for deal, axes in grid.items():
        names, mean, median, p95, p99, worst, probability, _ = zip(*found[deal], strict=True)
        places = np.arange(len(names))
        axes.hlines(places, 0, worst, color=FAIL, alpha=0.3, linewidth=2)
        axes.hlines(places, median, p99, color=PASS, alpha=0.35, linewidth=7)
        axes.hlines(places, median, p95, color=PASS, alpha=0.7, linewidth=7)
        axes.plot(mean, places, "o", color=INK, markersize=3.5)
        for place, share in zip(places, probability, strict=True):
            if share > 0:
                axes.annotate(f"{share:.0%}", (1.02, place), fontsize=6, va="center", color=INK)
        axes.set_yticks(places, [name.removeprefix("Class ") for name in names])
        axes.set_xlim(-0.02, 1.1)
        axes.set_ylim(-0.6, len(names) - 0.4)
        axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    handles: list[Any] = [
        plt.Line2D([], [], color=INK, marker="o", linewidth=0, markersize=3.5),
        plt.Rectangle((0, 0), 1, 1, color=PASS, alpha=0.7),
        plt.Rectangle((0, 0), 1, 1, color=PASS, alpha=0.35),
        plt.Line2D([], [], color=FAIL, alpha=0.3, linewidth=2),
    ]
    figure.supxlabel("loss, share of the class's balance; at the right the probability of any", fontsize=9, color=INK)
    _legend(figure, handles, ["mean", "median to 95 %", "to 99 %", "worst path"])
    return markdown(figure, "Losses by class over paths", f"{rows[0][8]:,} paths. {words}".strip())


def _finish(figure: Figure, grid: dict[str, Any], title: str, handles: Sequence[Any], labels: Sequence[str]) -> None:
    for axes in grid.values():
        locator = AutoDateLocator(maxticks=6)
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    figure.supylabel(title, fontsize=9, color=INK)
    _legend(figure, handles, labels)


def _legend(figure: Figure, handles: Sequence[Any], labels: Sequence[str]) -> None:
    figure.legend(handles, labels, loc="upper center", ncols=len(labels), fontsize=8, frameon=False)
    figure.tight_layout(rect=(0, 0, 1, 1 - 0.32 / figure.get_figheight()))
