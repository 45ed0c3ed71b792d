"""Pictures of compliance: how far every deal's tests are from their limits, and its largest industries. OC tests are in `current`."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from orchestration.pictures.current import newest
from orchestration.pictures.drawing import FAIL, INK, PASS, first_of, markdown, small_multiples
from orchestration.warehouse import Warehouse

NARROW = 0.1  # of the limit; a smaller cushion is printed
INDUSTRY_TESTS = {27: 1, 26: 2, 25: 4}  # test of the largest, 2nd and 4th largest S&P industry -> its place
INDUSTRIES = 5


def cushion_picture(warehouse: Warehouse) -> str:
    """Cushion to the limit, as a share of the limit, of every listed test of every deal's newest state, as Markdown with a
    PNG in it; tests down, deals across. Tests for information are left out.
    """
    rows = warehouse.rows(
        "select r.organization_id, r.deal_id, r.test_number, c.test_name, "
        "case r.direction when 'MIN' then r.result - r.threshold else r.threshold - r.result end "
        "/ nullif(abs(r.threshold), 0), r.passed "
        f"from ({newest('calc.clo_compliance_results')}) as r inner join seeds.compliance_tests as c using (test_number) "
        "where r.is_listed and r.passed is not null order by length(r.deal_id), r.deal_id, r.test_number"
    )
    if not rows:
        return "No compliance test yet."
    deals = list(dict.fromkeys((row[0], row[1]) for row in rows))
    tests = sorted({(row[2], row[3]) for row in rows})
    grid = np.full((len(tests), len(deals)), np.nan)
    figure, axes = plt.subplots(figsize=(2.6 + 0.55 * len(deals), 0.9 + 0.17 * len(tests)))
    for organization, deal, number, name, cushion, passed in rows:
        place = tests.index((number, name)), deals.index((organization, deal))
        # A limit of 0 has no share: there the test is as near or as far as it can be.
        grid[place] = cushion if cushion is not None else float(passed)
        if not passed or abs(grid[place]) < NARROW:
            colour = FAIL if not passed else INK
            axes.text(
                place[1], place[0], f"{100 * grid[place]:.1f}", ha="center", va="center", fontsize=6, color=colour
            )
    colours = LinearSegmentedColormap.from_list("cushion", [FAIL, "white", PASS])
    colours.set_bad("#d9d9d9")
    axes.imshow(np.clip(grid, -1, 1), cmap=colours, vmin=-1, vmax=1, aspect="auto")
    is_one_house = len({organization for organization, _ in deals}) == 1
    names = [deal if is_one_house else f"{organization} {deal}" for organization, deal in deals]
    axes.set_xticks(range(len(deals)), names, fontsize=7)
    axes.set_yticks(range(len(tests)), [f"{number} {name}" for number, name in tests], fontsize=6)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    words = (
        f"Cushion in percent of the limit, printed where below {NARROW:.0%} or failing; red fails, white is at the limit, "
        "grey is not listed or not decided."
    )
    return markdown(figure, "Cushion to the limit of every listed test", words)


def industry_picture(warehouse: Warehouse) -> str:
    """Largest S&P industries of every deal's newest pool as bars, with the limits that its list puts on the largest, the 2nd
    and the 4th largest, as Markdown with a PNG in it.
    """
    bars = warehouse.rows(
        f"select organization_id, deal_id, rank, concentration_value, share from ({newest('calc.clo_pool_concentrations')}) "
        f"where concentration_type = 'sp_industry' and share is not null and rank <= {INDUSTRIES} "
        "order by length(deal_id), deal_id, organization_id, rank, concentration_value"
    )
    if not bars:
        return "No pool yet."
    limits = warehouse.rows(
        "select t.organization_id, t.deal_id, t.test_number, coalesce(nullif(t.overwrite, 0), t.threshold) "
        "from staging.stg_clo__deal_tests as t semi join "
        f"(select organization_id, load_id, deal_id from ({newest('calc.clo_pool_concentrations')})) as p "
        "on t.organization_id = p.organization_id and t.load_id = p.load_id and t.deal_id = p.deal_id "
        "where t.test_number in (25, 26, 27)"
    )
    is_one_house = len({row[0] for row in bars}) == 1
    named = {(row[0], row[1]): row[1] if is_one_house else f"{row[0]} {row[1]}" for row in bars}
    shown, words = first_of(list(named.values()), "deals")
    figure, grid = small_multiples(shown, height=1.1)
    for deal, name in named.items():
        if name not in grid:
            continue
        mine = [row for row in bars if (row[0], row[1]) == deal][:INDUSTRIES]
        axes, places = grid[name], range(len(mine))
        axes.barh(places, [100 * row[4] for row in mine], color=PASS, height=0.7)
        for place, row in zip(places, mine, strict=True):
            axes.text(0.2, place, str(row[3]).title()[:38], va="center", fontsize=6, color="white")
        for organization, of, number, limit in limits:
            if (organization, of) == deal and limit is not None:
                place = INDUSTRY_TESTS[number] - 1
                axes.plot([100 * limit] * 2, [place - 0.45, place + 0.45], color=FAIL, linewidth=1.6)
        axes.set_yticks([])
        axes.invert_yaxis()
    figure.supxlabel(
        "percent of the collateral principal amount; red: limit of the largest, 2nd and 4th largest", fontsize=8
    )
    figure.tight_layout()
    return markdown(figure, "Largest industries against their limits", words)
