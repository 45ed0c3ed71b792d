"""A picture of money market funds: their lives against the limits, day by day. Figures come from the warehouse as they stand."""

from __future__ import annotations

from orchestration.pictures.drawing import FAIL, INK, PASS, first_of, markdown, small_multiples
from orchestration.warehouse import Warehouse


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
        for rule_code, style in (("MMF_WAM", "-"), ("MMF_WAL", "--")):
            of_rule = [row[2:] for row in rows if row[:2] == (fund, rule_code)]
            if of_rule:
                days, actual, limit = zip(*of_rule, strict=True)
                axes.plot(days, [float(each) for each in actual], color=PASS, linewidth=1.2, linestyle=style)
                axes.plot(days, [float(each) for each in limit], color=FAIL, linewidth=0.8, linestyle=style)
        axes.axhline(0, color=INK, linewidth=0.6)
    figure.tight_layout()
    return markdown(figure, "Days of WAM (lines) and WAL (dashes) of every fund, below their limits", words)
