"""A picture of money market funds: their lives against the limits, day by day. Figures come from the warehouse as they stand."""

from __future__ import annotations

from orchestration.pictures.drawing import FAIL, INK, PASS, few_dates, first_of, markdown, small_multiples
from orchestration.warehouse import Warehouse

KEY = "Blue: WAM, and WAL as the broad pale line behind it. Red: their limits, that of WAL dashed."


def money_market_picture(warehouse: Warehouse) -> str:
    """WAM and WAL of every fund against their limits on what is known now, as Markdown with a PNG in it."""
    rows = warehouse.rows(
        "select c.product_id, c.rule_code, c.valuation_date, c.actual, c.threshold from calc.money_market_compliance as c "
        "semi join (select book_id from intermediate.int_nav__money_market_books where known_to is null) using (book_id) "
        "where c.rule_code in ('MMF_WAM', 'MMF_WAL') and c.actual is not null order by 1, 2, 3"
    )
    if not rows:
        return "No money market fund judged yet."
    shown, words = first_of(sorted({fund for fund, *_ in rows}), "funds")
    figure, found = small_multiples(shown)
    for fund, axes in found.items():
        # the longer life below, so that the shorter one shows where both are the same
        for rule_code, style, width in (("MMF_WAL", "--", 3.0), ("MMF_WAM", "-", 1.0)):
            of_rule = [row[2:] for row in rows if row[:2] == (fund, rule_code)]
            if of_rule:
                days, actual, limit = zip(*of_rule, strict=True)
                pale = 0.4 if rule_code == "MMF_WAL" else 1.0
                point = "o" if len(days) == 1 else None
                lives = [float(each) for each in actual]
                axes.plot(days, lives, color=PASS, linewidth=width, alpha=pale, marker=point, markersize=3)
                axes.plot(days, [float(each) for each in limit], color=FAIL, linewidth=0.8, linestyle=style)
        axes.axhline(0, color=INK, linewidth=0.6)
    few_dates(found)
    figure.supylabel("days", fontsize=8, color=INK)
    figure.tight_layout()
    return markdown(figure, "WAM and WAL of every fund in days, below their limits", f"{KEY} {words}".rstrip())
