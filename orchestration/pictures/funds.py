"""Pictures of funds: what their distributions were, tier by tier. Figures come from the warehouse as they stand."""

import matplotlib.pyplot as plt

from orchestration.pictures.drawing import FAIL, INK, PASS, markdown
from orchestration.warehouse import Warehouse

MILLION = 1e6
PARTS = (
    ("RETURN_OF_CAPITAL", "amount_lp", "capital", INK, 0.25),
    ("PREFERRED_RETURN", "amount_lp", "preferred return", PASS, 0.35),
    ("PROFIT", "amount_lp", "profit beyond it", PASS, 0.9),
    ("PROFIT", "amount_gp", "carry", FAIL, 0.8),
)


def tier_picture(warehouse: Warehouse) -> str:
    """What every fund has distributed as known now, by tier and receiver, as Markdown with a PNG in it."""
    rows = warehouse.rows(
        "select w.fund_id, case when w.tier_name in ('RETURN_OF_CAPITAL', 'PREFERRED_RETURN') then w.tier_name "
        "else 'PROFIT' end as part, sum(w.amount_lp), sum(w.amount_gp) "
        "from calc.fund_waterfall as w inner join intermediate.int_fund__measured_states as m using (measured_id) "
        "where m.known_to is null group by 1, 2 order by 1, 2"
    )
    if not rows:
        return "No distribution yet."
    paid = {(fund, part): {"amount_lp": lp, "amount_gp": gp} for fund, part, lp, gp in rows}
    funds = sorted({fund for fund, *_ in rows}, reverse=True)
    figure, axes = plt.subplots(figsize=(7, 0.8 + 0.4 * len(funds)))
    left = [0.0] * len(funds)
    for part, receiver, label, colour, alpha in PARTS:
        widths = [float(paid.get((fund, part), {}).get(receiver, 0)) / MILLION for fund in funds]
        axes.barh(funds, widths, left=left, color=colour, alpha=alpha, label=label)
        left = [start + width for start, width in zip(left, widths, strict=True)]
    axes.set_xlabel("distributed, millions of the fund's currency", fontsize=8)
    axes.tick_params(labelsize=7)
    axes.legend(fontsize=7, frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    return markdown(figure, "Distributions by tier")
