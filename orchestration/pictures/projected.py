"""What each deal's newest projection says in the base case, deal beside deal. Current balances and funds are drawn elsewhere."""

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

from orchestration.pictures.drawing import INK, PASS, first_of, markdown, small_multiples
from orchestration.warehouse import Warehouse

SCENARIO = "base"
NOTHING = "No projection yet."
OUT_OF_INTEREST, OUT_OF_PRINCIPAL = PASS, "#e0a458"
DASHES = (0, (4, 2))

# are drawn as A. Tranches that no letter names are the equity.
_LETTER = "regexp_extract(tranche_name, '^Class ([A-Z]+)', 1)"


def _newest(relation: str, series: str, value: str, where: str) -> str:
    """SQL for (deal, payment date, series, value) of the base case in the newest projection of each deal.

    Deals come in the order people count them in; one id in two organisations is two deals.
    """
    return f"""
        with newest as (
            select * from {relation}
            where scenario_id = '{SCENARIO}'
            qualify dense_rank() over (
                partition by organization_id, deal_id order by as_of_date desc, known_at desc, load_id desc
            ) = 1
        ),
        named as (
            select *,
                if(min(organization_id) over same <> max(organization_id) over same, organization_id || ' ', '')
                || deal_id as deal
            from newest
            window same as (partition by deal_id)
        ),
        drawn as (
            select deal, length(deal_id) as size, payment_date, {series} as series, {value} as value
            from named where {where} group by all
        )
        select deal, payment_date, series, value from drawn order by size, deal, payment_date
    """


def paydown_picture(warehouse: Warehouse) -> str:
    """Balance of each class after every payment date, stacked with the senior class below, as Markdown with a PNG in it."""
    rows = warehouse.rows(
        _newest(
            "calc.clo_liability_cash_flows",
            _LETTER,
            "sum(ending_balance) / 1e6",
            "regexp_matches(tranche_name, '^Class ')",
        )
    )
    if not rows:
        return NOTHING
    by_deal = _by_deal(rows)
    deals, words = first_of(list(by_deal), "deals")
    classes = _in_order({letter for deal in deals for letter in by_deal[deal]})
    colours = _colours(classes)
    figure, grid = small_multiples(deals)
    for deal, axes in grid.items():
        days = sorted({day for series in by_deal[deal].values() for day in series})
        stacked = [[by_deal[deal].get(letter, {}).get(day, 0.0) for day in days] for letter in classes]
        axes.stackplot(days, stacked, colors=[colours[letter] for letter in classes], linewidth=0)
        axes.set_ylim(bottom=0)
        axes.margins(x=0)
    handles = [plt.Rectangle((0, 0), 1, 1, color=colours[letter]) for letter in classes]
    _finish(
        figure,
        grid,
        "note balance, millions of the deal's currency",
        handles,
        [f"Class {letter}" for letter in classes],
    )
    return markdown(figure, "Notes outstanding after each payment date, base case", words)


def projected_coverage_picture(warehouse: Warehouse) -> str:
    """OC ratio of each class (line) against its trigger (dashes) by payment date, as Markdown with a PNG in it."""
    rows = warehouse.rows(
        _newest(
            "calc.clo_projected_tests",
            _LETTER,
            "[min(ratio), max(threshold)]",
            "test_kind = 'oc' and ratio is not null and tranche_name is not null",
        )
    )
    if not rows:
        return NOTHING
    by_deal = _by_deal(rows)
    deals, words = first_of(list(by_deal), "deals")
    classes = _in_order({letter for deal in deals for letter in by_deal[deal]})
    colours = _colours(classes)
    figure, grid = small_multiples(deals)
    for deal, axes in grid.items():
        triggers: list[float] = []
        for letter, series in by_deal[deal].items():
            ratios, thresholds = zip(*series.values(), strict=True)
            axes.plot(list(series), ratios, color=colours[letter], linewidth=1.3)
            axes.plot(list(series), thresholds, color=colours[letter], linewidth=0.9, linestyle=DASHES)
            triggers += thresholds
        # As the last notes are paid their ratio has no bound; what matters is near the triggers.
        axes.set_ylim(min(triggers) - 0.08, max(triggers) + 0.32)
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        axes.margins(x=0)
    handles: list[Any] = [plt.Line2D([], [], color=colours[letter]) for letter in classes]
    handles += [plt.Line2D([], [], color=INK, linewidth=0.9, linestyle=DASHES)]
    _finish(figure, grid, "OC ratio, %", handles, [*(f"Class {letter}" for letter in classes), "trigger"])
    cut = "Ratios far above the triggers, as the last notes are paid, are cut off."
    return markdown(figure, "OC ratios against their triggers, base case", f"{words} {cut}".strip())


def equity_picture(warehouse: Warehouse) -> str:
    """Paid to the sub notes on every payment date, out of interest and out of principal, as Markdown with a PNG in it."""
    rows = warehouse.rows(
        _newest(
            "calc.clo_liability_cash_flows",
            "'paid'",
            "[sum(interest_paid) / 1e6, sum(principal_paid) / 1e6]",
            "not regexp_matches(tranche_name, '^Class ')",
        )
    )
    if not rows:
        return NOTHING
    by_deal = _by_deal(rows)
    deals, words = first_of(list(by_deal), "deals")
    figure, grid = small_multiples(deals)
    for deal, axes in grid.items():
        series = by_deal[deal]["paid"]
        interest, principal = (np.array(values) for values in zip(*series.values(), strict=True))
        axes.bar(list(series), interest, width=60, color=OUT_OF_INTEREST)
        axes.bar(list(series), principal, width=60, bottom=interest, color=OUT_OF_PRINCIPAL)
        axes.margins(x=0.01)
    handles = [plt.Rectangle((0, 0), 1, 1, color=colour) for colour in (OUT_OF_INTEREST, OUT_OF_PRINCIPAL)]
    _finish(
        figure,
        grid,
        "paid to the sub notes, millions of the deal's currency",
        handles,
        ["out of interest", "out of principal"],
    )
    return markdown(figure, "Distributions to the sub notes by payment date, base case", words)


Series = dict[dt.date, Any]


def _by_deal(rows: Sequence[tuple[str, dt.date, str, Any]]) -> dict[str, dict[str, Series]]:
    found: dict[str, dict[str, Series]] = defaultdict(lambda: defaultdict(dict))
    for deal, day, name, value in rows:
        found[deal][name][day] = value
    return found


def _in_order(letters: set[str]) -> list[str]:
    """Class X is repaid first and ranks with class A."""
    return sorted(letters, key=lambda letter: (letter != "X", letter))


def _colours(classes: Sequence[str]) -> dict[str, Any]:
    """Dark is senior; a class has one colour in every picture, whichever classes stand beside it."""
    ranks = {letter: rank for rank, letter in enumerate("XABCDEFG")}
    shades = plt.get_cmap("viridis")(np.linspace(0.0, 0.88, len(ranks)))
    return {letter: shades[ranks.get(letter, -1)] for letter in classes}


def _finish(figure: Figure, grid: dict[str, Any], title: str, handles: Sequence[Any], labels: Sequence[str]) -> None:
    for axes in grid.values():
        locator = AutoDateLocator(maxticks=6)
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    figure.supylabel(title, fontsize=9, color=INK)
    figure.supxlabel("payment date", fontsize=9, color=INK)
    figure.legend(handles, labels, loc="upper center", ncols=len(labels), fontsize=8, frameon=False)
    figure.tight_layout(rect=(0, 0, 1, 1 - 0.32 / figure.get_figheight()))
