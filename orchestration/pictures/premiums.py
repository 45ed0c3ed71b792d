"""Picture of market prices against NAVs: premium or discount over time. Figures come from the warehouse as they stand."""

from orchestration.pictures.drawing import FAIL, INK, PASS, few_dates, first_of, markdown, small_multiples
from orchestration.warehouse import Warehouse

BAND = "Market price against NAV per share on each day struck; the band is the alarm, red is beyond it."


def premium_picture(warehouse: Warehouse) -> str:
    """Premium or discount of every class that trades, in percent of NAV, with the alarm's band: Markdown with a PNG."""
    rows = warehouse.rows(
        "with newest as (select * from calc.nav_premiums where premium_rate is not null qualify row_number() over "
        "(partition by organization_id, share_class_id, valuation_date order by known_at desc) = 1) "
        "select share_class_id, valuation_date, 100 * premium_rate, 100 * alarm_rate, is_alarm from newest order by 1, 2"
    )
    if not rows:
        return "No market price beside a NAV yet."
    # one day is no line: such classes follow those with a course
    names = sorted({name for name, *_ in rows}, key=lambda name: (sum(row[0] == name for row in rows) == 1, name))
    shown, words = first_of(names, "classes that trade")
    figure, found = small_multiples(shown)
    for name, axes in found.items():
        _, days, premiums, alarms, beyond = zip(*(row for row in rows if row[0] == name), strict=True)
        rates, alarm = [float(rate) for rate in premiums], float(alarms[-1])
        axes.axhspan(-alarm, alarm, color=PASS, alpha=0.1, linewidth=0)
        axes.axhline(0, color=INK, linewidth=0.6)
        for edge in (-alarm, alarm):
            axes.axhline(edge, color=PASS, linewidth=0.6, linestyle="--")
        axes.plot(days, rates, color=PASS, linewidth=1, marker="o" if len(days) == 1 else None, markersize=3)
        marked = [(day, rate) for day, rate, is_beyond in zip(days, rates, beyond, strict=True) if is_beyond]
        if marked:
            axes.plot(*zip(*marked, strict=True), "o", color=FAIL, markersize=3)
        widest = 1.25 * max(alarm, *(abs(rate) for rate in rates))
        axes.set_ylim(-widest, widest)
    few_dates(found)
    figure.supylabel("premium (above 0) or discount, % of NAV", fontsize=8, color=INK)
    figure.tight_layout()
    return markdown(figure, "Premium or discount of market prices", f"{BAND} {words}".rstrip())
