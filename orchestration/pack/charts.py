"""Charts on a pack's summary, drawn by Excel from the pack's own cells. The cells are the tables'."""

from __future__ import annotations

from typing import Any

from orchestration.pack.deal_cash_flows import BALANCES, OUT_OF
from orchestration.pack.layout import FIRST, HEADER, Chart, Table

# Dark is senior, as in the pictures on the assets.
SHADES = ("#440154", "#433d84", "#30678d", "#218f8d", "#35b779", "#8fd744", "#d8e219", "#f4e85a")
BY_SOURCE = ("#2f6f9f", "#e0a458")
CHART_WIDTH = 620


def deal_charts(cash: Table, currency: str) -> tuple[Chart, ...]:
    """Note balances and what the sub notes are paid by payment date, of the deal's cash flows."""
    columns = list(enumerate(cash.columns.values()))
    (days,) = (at for at, column in columns if column.kind == "date")
    balances = tuple(at for at, column in columns if column.section == BALANCES)
    paid = tuple(at for at, column in columns if column.title in {title for _, title in OUT_OF})
    unit, last = f"{currency}, millions", FIRST + len(cash.rows) - 1
    charts = (
        Chart("Notes outstanding", "area", cash.name, days, balances, last, SHADES, unit),
        Chart("Paid to the sub notes", "column", cash.name, days, paid, last, BY_SOURCE, unit),
    )
    return tuple(chart for chart in charts if chart.columns and cash.rows)


def drawn(book: Any, chart: Chart) -> Any:
    """The chart as an object of an XlsxWriter workbook."""
    found = book.add_chart({"type": chart.kind, "subtype": "stacked"})
    for order, at in enumerate(chart.columns):
        series: dict[str, Any] = {
            "name": [chart.sheet, HEADER, at],
            "categories": [chart.sheet, FIRST, chart.days, chart.last_row, chart.days],
            "values": [chart.sheet, FIRST, at, chart.last_row, at],
            "fill": {"color": chart.colours[order % len(chart.colours)]},
        }
        found.add_series(series | ({"gap": 30} if chart.kind == "column" else {}))
    found.set_title({"name": chart.name, "name_font": {"size": 12}})
    found.set_x_axis({"date_axis": True, "num_format": "yyyy", "major_unit": 1, "major_unit_type": "years"})
    found.set_y_axis({"name": chart.unit, "num_format": "#,##0.0,,", "major_gridlines": {"visible": False}})
    found.set_legend({"position": "bottom"})
    found.set_size({"width": CHART_WIDTH, "height": 330})
    return found
