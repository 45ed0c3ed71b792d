"""Pictures of capital activity: what has been called of what was committed. Returns and values are drawn elsewhere."""

from __future__ import annotations

import matplotlib.pyplot as plt

from orchestration.pictures.drawing import FAIL, INK, PASS, markdown
from orchestration.warehouse import Warehouse


def commitment_picture(warehouse: Warehouse) -> str:
    """Called inside the commitment and unfunded of every fund as known now, as shares of what is committed, as Markdown with a PNG."""
    rows = warehouse.rows(
        "with newest as (select r.* from calc.commitment_roll as r "
        "inner join intermediate.int_fund__measured_states as m using (measured_id) where m.known_to is null "
        "qualify row_number() over (partition by r.measured_id, r.commitment_id order by r.event_date desc) = 1) "
        "select fund_id || '  ' || currency, 100 * sum(called - called_outside) / sum(committed), "
        "100 * sum(unfunded) / sum(committed) from newest group by fund_id, currency having sum(committed) > 0 order by 1"
    )
    if not rows:
        return "No commitment yet."
    figure, axes = plt.subplots(figsize=(7, 0.9 + 0.32 * len(rows)))
    names, called, unfunded = zip(*rows, strict=True)
    places = range(len(names))
    axes.barh([place - 0.18 for place in places], [float(c) for c in called], height=0.34, color=PASS, label="called")
    axes.barh(
        [place + 0.18 for place in places], [float(u) for u in unfunded], height=0.34, color=FAIL, label="unfunded"
    )
    axes.set_yticks(list(places), names)
    axes.invert_yaxis()
    axes.axvline(100, color=INK, linewidth=0.6)
    axes.set_xlabel("% of commitments; together above 100 where distributions may be called again")
    axes.legend(frameon=False, fontsize=8, ncol=2, loc="lower right", bbox_to_anchor=(1, 1))
    axes.tick_params(labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    return markdown(figure, "Called and unfunded of every fund")
