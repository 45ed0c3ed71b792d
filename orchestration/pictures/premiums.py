"""Picture of market prices against NAVs: premium or discount over time. Figures come from the warehouse as they stand."""

from orchestration.pictures.drawing import FAIL, INK, PASS, first_of, markdown, small_multiples
from orchestration.warehouse import Warehouse


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
        axes.plot(days, rates, color=PASS, linewidth=1, marker="o" if len(days) == 1 else None, markersize=3)
        marked = [(day, rate) for day, rate, is_beyond in zip(days, rates, beyond, strict=True) if is_beyond]
        if marked:
            axes.plot(*zip(*marked, strict=True), "o", color=FAIL, markersize=3)
        axes.set_ylim(min(-1.2 * alarm, *rates), max(1.2 * alarm, *rates))
        axes.margins(y=0.05)
    figure.supylabel("market price over NAV less one, %", fontsize=8, color=INK)
    figure.autofmt_xdate(rotation=0, ha="center")
    figure.tight_layout()
    return markdown(figure, "Premium or discount of market prices; the band is the alarm, red is beyond it", words)
