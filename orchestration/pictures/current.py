"""Pictures of what is: pools and coverage of today, fund returns and NAVs so far. Projections are drawn elsewhere."""

from __future__ import annotations

import matplotlib.pyplot as plt

from orchestration.pictures.drawing import FAIL, INK, PASS, first_of, markdown, small_multiples
from orchestration.warehouse import Warehouse


def newest(relation: str) -> str:
    """SQL for the rows of every deal's newest load in a table of calculated figures."""
    return (
        f"select * from {relation} qualify dense_rank() over "
        f"(partition by organization_id, deal_id order by as_of_date desc, known_at desc, load_id desc) = 1"
    )


def coverage_picture(warehouse: Warehouse) -> str:
    """OC cushions (ratio - trigger) of every class of every deal's newest state, as Markdown with a PNG in it."""
    rows = warehouse.rows(
        f"select deal_id || '  ' || tranche_name, 100 * (ratio - threshold), passed from ({newest('calc.clo_oc_tests')}) "
        "where ratio is not null order by length(deal_id), deal_id, tranche_number"
    )
    if not rows:
        return "No OC test yet."
    figure, axes = plt.subplots(figsize=(7, 0.8 + 0.22 * len(rows)))
    labels, cushions, passed = zip(*rows, strict=True)
    axes.barh(labels, cushions, color=[PASS if p else FAIL for p in passed], height=0.7)
    axes.margins(y=0.01)
    axes.invert_yaxis()
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.set_xlabel("cushion over the trigger, percentage points")
    axes.tick_params(labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    return markdown(figure, "OC cushions")


def pool_picture(warehouse: Warehouse) -> str:
    """WARF against diversity of every deal's newest pool, sized by par, as Markdown with a PNG in it."""
    rows = warehouse.rows(
        f"select deal_id, warf, diversity_score, total_par from ({newest('calc.clo_pool_metrics')}) "
        "where warf is not null and diversity_score is not null order by deal_id"
    )
    if not rows:
        return "No pool yet."
    figure, axes = plt.subplots(figsize=(7, 4))
    deals, warf, diversity, par = zip(*rows, strict=True)
    axes.scatter(diversity, warf, s=[120 * p / max(par) for p in par], color=PASS, alpha=0.75, edgecolor="white")
    for name, x, y in zip(deals, diversity, warf, strict=True):
        axes.annotate(name, (x, y), xytext=(0, 9), textcoords="offset points", ha="center", fontsize=8, color=INK)
    axes.set_xlabel("Moody's diversity score")
    axes.set_ylabel("WARF (lower is better)")
    axes.spines[["top", "right"]].set_visible(False)
    axes.margins(0.12)
    return markdown(figure, "Pools by diversity and rating factor")


def performance_picture(warehouse: Warehouse) -> str:
    """TVPI of every fund over time as known now, its part already paid out below, as Markdown with a PNG in it."""
    rows = warehouse.rows(
        "select p.fund_id, p.event_date, p.dpi, p.tvpi from calc.fund_performance as p "
        "inner join intermediate.int_fund__measured_states as m using (measured_id) "
        "where m.known_to is null and p.investor_id is null and p.tvpi is not null order by 1, 2"
    )
    if not rows:
        return "No fund yet."
    funds = sorted({fund for fund, *_ in rows})
    figure, grid = plt.subplots(
        (len(funds) + 1) // 2, 2, figsize=(7, 1.6 * ((len(funds) + 1) // 2)), sharex=True, squeeze=False
    )
    for axes, fund in zip(grid.flat, funds, strict=False):
        _, days, paid, value = zip(*(row for row in rows if row[0] == fund), strict=True)
        axes.fill_between(days, [float(p) for p in paid], color=PASS, alpha=0.35, linewidth=0)
        axes.plot(days, [float(v) for v in value], color=PASS, linewidth=1.4)
        axes.axhline(1, color=INK, linewidth=0.6)
        axes.set_title(fund, fontsize=8, color=INK)
        axes.tick_params(labelsize=7)
        axes.spines[["top", "right"]].set_visible(False)
    for axes in list(grid.flat)[len(funds) :]:
        axes.set_visible(False)
    figure.tight_layout()
    return markdown(figure, "TVPI (line) and DPI (area) of every fund")


def j_curve_picture(warehouse: Warehouse) -> str:
    """What the partners of every fund are out of pocket over time, and with its value, as known now: Markdown with a PNG."""
    rows = warehouse.rows(
        "select p.fund_id, p.event_date, p.distributed_capital - p.called_capital, p.total_value - p.called_capital "
        "from calc.fund_performance as p "
        "inner join intermediate.int_fund__measured_states as m using (measured_id) "
        "where m.known_to is null and p.investor_id is null and p.total_value is not null "
        "and p.called_capital is not null and p.distributed_capital is not null order by 1, 2"
    )
    if not rows:
        return "No fund yet."
    shown, words = first_of(sorted({fund for fund, *_ in rows}), "funds")
    figure, found = small_multiples(shown)
    for fund, axes in found.items():
        _, days, paid, gain = zip(*(row for row in rows if row[0] == fund), strict=True)
        axes.plot(days, [float(p) / 1e6 for p in paid], color=PASS, linewidth=1.4)
        axes.plot(days, [float(g) / 1e6 for g in gain], color=PASS, linewidth=0.9, linestyle="--")
        axes.axhline(0, color=INK, linewidth=0.6)
    figure.tight_layout()
    title = "J-curve of every fund, millions: distributions less calls (line), and with its value (dashes)"
    return markdown(figure, title, words)


def fund_picture(warehouse: Warehouse) -> str:
    """Multiples of every fund above its J-curve."""
    return f"{performance_picture(warehouse)}\n\n{j_curve_picture(warehouse)}"


def nav_picture(warehouse: Warehouse) -> str:
    """NAV per share of the classes struck most often, first strike = 100, as Markdown with a PNG in it."""
    rows = warehouse.rows(
        "with newest as (select * from ops.nav_strikes where nav_per_share > 0 qualify row_number() over "
        "(partition by organization_id, share_class_id, valuation_date order by version desc) = 1), "
        "busiest as (select organization_id, share_class_id from newest group by all order by count(*) desc, 2 limit 12) "
        "select share_class_id, valuation_date, 100 * nav_per_share / first(nav_per_share order by valuation_date) over "
        "(partition by organization_id, share_class_id) from newest semi join busiest using (organization_id, share_class_id) "
        "order by 1, 2"
    )
    if not rows:
        return "No NAV struck yet."
    figure, axes = plt.subplots(figsize=(7, 4))
    for name in sorted({name for name, *_ in rows}):
        _, days, values = zip(*(row for row in rows if row[0] == name), strict=True)
        axes.plot(days, [float(value) for value in values], linewidth=1.2, label=name)
    axes.axhline(100, color=INK, linewidth=0.6)
    axes.set_ylabel("NAV per share, first strike = 100")
    axes.legend(fontsize=7, frameon=False, ncols=2)
    axes.tick_params(labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    return markdown(figure, "NAV per share")
