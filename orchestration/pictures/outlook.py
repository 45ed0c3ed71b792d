"""Pictures of a house's front page, with what is open on it, and of what its funds are expected to call and distribute. Returns of single funds are in `current`."""

from __future__ import annotations

from orchestration.pictures.drawing import FAIL, INK, PASS, first_of, markdown, small_multiples
from orchestration.warehouse import Warehouse

MILLION = 1e6
SHOWN = "inner join intermediate.int_fund__measured_states as m using (measured_id) where m.known_to is null"


def front_page_picture(warehouse: Warehouse) -> str:
    """Value, called and distributed capital of the shown funds of every house and currency over time, with the pooled rate of
    return and TVPI of the newest day in the title, as Markdown with a PNG in it.
    """
    rows = warehouse.rows(
        "select organization_id || '  ' || currency, event_date, called, distributed, nav, irr, tvpi "
        "from calc.pool_performance where pool_type = 'ORGANISATION' and included = 'ALL_PARTNERS' and facility = 'WITH' "
        "and called is not null and distributed is not null order by 1, 2"
    )
    if not rows:
        return "No fund yet."
    shown, words = first_of(sorted({row[0] for row in rows}), "houses and currencies")
    figure, grid = small_multiples(shown)
    for name, axes in grid.items():
        mine = [row for row in rows if row[0] == name]
        days = [row[1] for row in mine]
        axes.fill_between(days, [float(row[3]) / MILLION for row in mine], color=PASS, alpha=0.35, linewidth=0)
        axes.plot(days, [float(row[2]) / MILLION for row in mine], color=INK, linewidth=1)
        axes.plot(
            days,
            [float("nan") if row[4] is None else float(row[4]) / MILLION for row in mine],
            color=PASS,
            linewidth=1.6,
        )
        *_, irr, tvpi = mine[-1]
        figures = [f"IRR {irr:.1%}" if irr is not None else "", f"TVPI {tvpi:.2f}" if tvpi is not None else ""]
        axes.set_title("   ".join(part for part in (name, *figures) if part), fontsize=9, color=INK, loc="left")
    figure.supxlabel("millions; line: net asset value, thin line: called, area: distributed", fontsize=8)
    figure.tight_layout()
    return markdown(figure, "Front page", words)


def open_items_table(warehouse: Warehouse) -> str:
    """What every house has open on the front page: number, amount by currency, oldest age and tier, as a Markdown table."""
    rows = warehouse.rows(
        "select organization_id, kpi_name, unit, coalesce(currency, ''), value, reason from marts.fact_kpis "
        "where is_current and (kpi_code like 'BANK_%' or kpi_code like 'APPROVALS_%') order by organization_id, sort_order, 4"
    )
    if not rows:
        return "No bank line and nothing to approve yet."
    lines = [
        f"| {house} | {name} | {'' if value is None else f'{value:,.2f}' if unit == 'MONEY' else f'{value:,.0f}'} "
        f"| {currency} | {reason or ''} |"
        for house, name, unit, currency, value, reason in rows
    ]
    return "\n".join(["| house | figure | value | currency | why none |", "|-|-|-:|-|-|", *lines])


def forecast_picture(warehouse: Warehouse) -> str:
    """Expected calls (below) and distributions (above) of every fund by quarter as known now, with its net asset value between the
    low and the high scenario, as Markdown with a PNG in it.
    """
    rows = warehouse.rows(
        "select f.fund_id, f.event_date, f.scenario, f.calls, f.distributions, f.nav "
        f"from calc.pacing_forecasts as f {SHOWN} order by f.fund_id, f.event_date"
    )
    if not rows:
        return "No forecast yet."
    shown, words = first_of(sorted({row[0] for row in rows}), "funds")
    figure, grid = small_multiples(shown)
    for name, axes in grid.items():
        by_scenario = {s: [row for row in rows if row[0] == name and row[2] == s] for s in ("base", "low", "high")}
        base = by_scenario["base"]
        days = [row[1] for row in base]
        axes.bar(days, [row[4] / MILLION for row in base], width=70, color=PASS, alpha=0.6)
        axes.bar(days, [-row[3] / MILLION for row in base], width=70, color=FAIL, alpha=0.6)
        values = axes.twinx()
        values.plot(days, [row[5] / MILLION for row in base], color=INK, linewidth=1)
        low, high = by_scenario["low"], by_scenario["high"]
        if len(low) == len(high) == len(base):
            edges = [row[5] / MILLION for row in low], [row[5] / MILLION for row in high]
            values.fill_between(days, *edges, color=INK, alpha=0.12, linewidth=0)
        values.set_ylim(bottom=0)
        values.tick_params(labelsize=7)
        values.spines[["top"]].set_visible(False)
    figure.supxlabel(
        "millions; bars: distributions above, calls below; line, on the right: net asset value from low to high",
        fontsize=8,
    )
    figure.tight_layout()
    return markdown(figure, "Expected calls, distributions and values", words)
