"""What must hold of projected loans and of loans bought. What must hold of the deal's payments is in the other rules."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from calculations.calendars import convention
from tests.invariants.draw_scenarios import CALM, TWIN
from tests.invariants.outcome import DUST, Outcome, at_fault, difference, first_of

PERFORMING = ("default", "interest", "scheduled", "unscheduled")
FLOWS = (*PERFORMING, "default_value", "recovery", "net_loss", "pik_interest", "draw", "fees")
BALANCES = ("end_balance", "defaulted", "defaulted_value", "pik_balance", "unfunded_balance")


def par_is_repaid_or_defaults(outcome: Outcome) -> str | None:
    """B_0 + drawn + capitalised = defaults + principal + what is left. Source: clo-collateral-engine 9.1; clo-extensions 3."""
    rows, groups = outcome.rows, outcome.groups
    par = np.where(outcome.of_assets("is_defaulted"), 0.0, outcome.of_assets("par"))
    into = par + rows.total(groups, "draw", "pik_interest")
    left = np.bincount(rows.group, np.where(rows.is_last, rows["end_balance"], 0.0), groups)
    out = rows.total(groups, "default", "scheduled", "unscheduled") + left
    has_rows = np.bincount(rows.group, minlength=groups) > 0
    return first_of(
        iter(
            [
                difference("par by asset", out, into, outcome.cent, has_rows),
                at_fault("what is left of an asset", left >= DUST, left, 0.0),
            ]
        )
    )


def defaults_are_recovered_or_lost(outcome: Outcome) -> str | None:
    """D_0 + defaults = recoveries + losses, dust written off with them. Source: clo-collateral-engine 9.2."""
    rows, groups = outcome.rows, outcome.groups
    opening = np.where(outcome.of_assets("is_defaulted"), outcome.of_assets("par"), 0.0)
    left = np.bincount(rows.group, np.where(rows.is_last, rows["end_balance"], 0.0), groups)
    has_rows = np.bincount(rows.group, minlength=groups) > 0
    disposed = rows.total(groups, "recovery", "net_loss")
    came = opening + rows.total(groups, "default") + left
    return difference("defaults by asset", disposed, came, outcome.cent, has_rows)


def balances_of_assets_roll(outcome: Outcome) -> str | None:
    """Each row begins with what the one before left. Source: clo-collateral-engine 1.6; clo-extensions 3."""
    rows = outcome.rows
    into = rows["begin_balance"] + rows["draw"] + rows["pik_interest"]
    rolled = into - rows["default"] - rows["scheduled"] - rows["unscheduled"]
    before = np.roll(rows["end_balance"], 1)
    return first_of(
        iter(
            [
                difference("balance after a row", rows["end_balance"], rolled, outcome.cent),
                difference("balance before a row", rows["begin_balance"], before, outcome.cent, rows.place > 0),
            ]
        )
    )


def no_flow_of_an_asset_is_negative(outcome: Outcome) -> str | None:
    """Nothing is below zero, and defaulted par is worth no more than itself. Source: clo-collateral-engine 9.3."""
    rows = outcome.rows
    value, stock = rows["defaulted_value"], rows["defaulted"]

    def found() -> Iterator[str | None]:
        for name in (*FLOWS, *BALANCES):
            if name != "fees":  # a premium below par that counts as interest would be one
                yield at_fault(name, rows[name] < -outcome.cent, rows[name], 0.0)
        yield at_fault("value of defaulted par", value > stock + outcome.cent, value, stock)
        yield at_fault("capitalised interest", rows["pik_balance"] > rows["end_balance"] + outcome.cent, value, stock)

    return first_of(found())


def deal_periods_sum_rows(outcome: Outcome) -> str | None:
    """A flow of a deal period is that of the rows it collects, in the deal's currency. Source: clo-collateral-engine 9.8,
    4.2; clo-extensions 3.1, 3.5."""
    rows, pool, flows = outcome.rows, outcome.pool, outcome.found.flows
    if parts_go_their_own_ways(outcome):
        return None
    sums = {
        "recoveries": (("recovery",), pool.spot),
        "net_loss": (("net_loss",), pool.spot),
        "defaults": (("default",), pool.rate),
        "default_value": (("default_value",), pool.spot),
    }
    # repaid capitalised interest may be interest, taken out of either kind of principal
    moved = pool.repaid_pik.sum(axis=1) if outcome.case.deal.pik.repaid_as == "interest" else np.zeros(outcome.shape)
    has_moved = moved > outcome.cent
    scheduled = (pool.summed(rows["scheduled"]) * pool.rate).sum(axis=1)
    unscheduled = (pool.summed(rows["unscheduled"] + rows["premium"]) * pool.rate).sum(axis=1)

    def found() -> Iterator[str | None]:
        for name, (columns, rate) in sums.items():
            stated = sum(pool.summed(rows[item]) for item in columns) * rate
            yield difference(name, getattr(flows, name), stated.sum(axis=1), _dust(outcome))
        yield difference("scheduled", flows.scheduled, scheduled, _dust(outcome), ~has_moved)
        yield difference("unscheduled", flows.unscheduled, unscheduled, _dust(outcome), ~has_moved)
        repaid = scheduled + unscheduled - moved
        yield difference("principal", flows.scheduled + flows.unscheduled, repaid, _dust(outcome))
        if pool.interest is not None:
            yield difference("interest", flows.interest, pool.interest.sum(axis=1) + moved, _dust(outcome))

    return first_of(found())


def parts_go_their_own_ways(outcome: Outcome) -> bool:
    """Whether what is hedged of an asset capitalises other interest than the rest, so that no row tells of both."""
    hedged = [asset for asset in outcome.case.holdings.assets if asset.asset_id in outcome.case.holdings.hedges]
    return any(event.accrued == "capitalised" for asset in hedged for event in asset.events)


def _dust(outcome: Outcome) -> float:
    """What sums of rows may differ by: a part of an asset may be written off where the whole is not."""
    return outcome.cent + (
        DUST * len(outcome.case.holdings.currencies) * 2 if outcome.case.holdings.currencies else 0.0
    )


def deal_balances_are_what_rows_leave(outcome: Outcome) -> str | None:
    """Par after a period is that of each asset after its last row in it. Source: clo-collateral-engine 4.2; clo-extensions
    3.1, 3.5."""
    if parts_go_their_own_ways(outcome):
        return None
    # a balance below one unit is written off, or still there, which is the same to a deal
    dust = _dust(outcome) + DUST * len(outcome.case.holdings.assets)
    flows, pool = outcome.found.flows, outcome.pool
    return first_of(
        iter(
            [
                difference("performing", flows.performing[:, 1:], pool.performing.sum(axis=1), dust),
                difference("defaulted", flows.defaulted[:, 1:], pool.defaulted.sum(axis=1), dust),
            ]
        )
    )


def hedges_are_closed_at_spot(outcome: Outcome) -> str | None:
    """What defaults leaves its hedge: D (e_h - e_t), received above nothing, owed below. Source: clo-extensions 3.5."""
    if not outcome.case.holdings.hedges or parts_go_their_own_ways(outcome):
        return None
    pool = outcome.pool
    defaults = pool.summed(outcome.rows["default"])
    expected = (defaults * (pool.hedged - pool.covered * pool.spot)).sum(axis=1)
    return difference("close-out", outcome.found.detail.close_out, expected, _dust(outcome))


def calm_principal_follows_the_schedule(outcome: Outcome) -> str | None:
    """CPR = CDR = 0: scheduled principal is the instalment's share of what was left to repay. Source: clo-collateral-engine 9.4."""
    if CALM not in outcome.case.scenarios.names:
        return None
    rows, calendar = outcome.rows, outcome.case.holdings.calendar
    in_scenario = rows.scenario == outcome.case.scenarios.names.index(CALM)

    def found() -> Iterator[str | None]:
        for number, asset in enumerate(outcome.case.holdings.assets):
            rated = asset.uses_rating_migration or asset.moodys_history
            if asset.is_defaulted or rated or asset.pik or asset.draws or asset.events:
                continue
            mine = in_scenario & (rows.asset == number)
            due: dict[np.datetime64, float] = {}
            for day, amount in asset.instalments:
                adjusted = calendar.adjust_terminal(np.array([day], "datetime64[D]"), convention(asset.convention))[0]
                if adjusted > np.datetime64(outcome.found.dates.analysis):
                    due[adjusted] = due.get(adjusted, 0.0) + amount
            left = sum(due.values())
            shares = np.array([due.get(day, 0.0) / left if left else 0.0 for day in rows["paid"][mine]])
            before_last = (rows["end_balance"][mine] > 0) & ~rows.is_last[mine]
            yield difference(
                f"principal of {asset.asset_id}",
                rows["scheduled"][mine],
                asset.par * shares,
                outcome.cent,
                before_last,
            )
            yield at_fault("default", rows["default"][mine] != 0, rows["default"][mine], 0.0)
            yield at_fault("prepayment", rows["unscheduled"][mine] != 0, rows["unscheduled"][mine], 0.0)

    return first_of(found())


def severity_and_lag_leave_performing_flows_alone(outcome: Outcome) -> str | None:
    """A twin that differs in severity and lag alone pays the same. Source: clo-collateral-engine 9.9."""
    funding = outcome.found.detail.funding
    if TWIN not in outcome.case.scenarios.names or (funding is not None and funding.shortfall.any()):
        return None  # what is recovered may pay a draw that nothing else could
    rows = outcome.rows
    same = np.array([all(event.scenario is None for event in asset.events) for asset in outcome.case.holdings.assets])
    twin = outcome.case.scenarios.names.index(TWIN)
    one, two = same[rows.asset] & (rows.scenario == 0), same[rows.asset] & (rows.scenario == twin)
    size = int(rows.place.max(initial=0)) + 1
    places = len(outcome.case.holdings.assets) * size

    def found() -> Iterator[str | None]:
        for name in PERFORMING:
            first, second = (
                np.bincount((rows.asset * size + rows.place)[which], rows[name][which], places) for which in (one, two)
            )
            # what is below one unit is written off where nothing is left to recover, and kept elsewhere
            yield difference(name, second, first, outcome.cent + DUST)

    return first_of(found())


def loans_bought_roll(outcome: Outcome) -> str | None:
    """Par bought is cash over price; it defaults, is repaid or stays until it is sold. Source: clo-collateral-engine 3.2, 3.4."""
    flows, result = outcome.found.bought, outcome.result
    price = np.array([item.reinvestment.price for item in outcome.case.scenarios.items if item.reinvestment])[:, None]
    sold = result.liquidating
    par = np.where(sold, 0.0, flows.performing[:, :-1] - flows.defaults - flows.scheduled - flows.unscheduled)
    stock = np.where(sold, 0.0, flows.defaulted[:, :-1] + flows.defaults - flows.recoveries - flows.net_loss)
    return first_of(
        iter(
            [
                difference("performing", flows.performing[:, 1:], par + result.reinvested / price, outcome.cent),
                difference("defaulted", flows.defaulted[:, 1:], stock, outcome.cent),
            ]
        )
    )


RULES = (
    par_is_repaid_or_defaults,
    defaults_are_recovered_or_lost,
    balances_of_assets_roll,
    no_flow_of_an_asset_is_negative,
    deal_periods_sum_rows,
    deal_balances_are_what_rows_leave,
    hedges_are_closed_at_spot,
    calm_principal_follows_the_schedule,
    severity_and_lag_leave_performing_flows_alone,
    loans_bought_roll,
)
