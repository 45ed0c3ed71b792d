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
    """A flow of a deal period is that of the rows it collects. Source: clo-collateral-engine 9.8, 4.2."""
    rows, dates = outcome.rows, outcome.found.dates
    scenarios, periods = outcome.shape
    period = np.searchsorted(dates.collection_end, rows["paid"], side="left")
    is_in = (rows["paid"] > dates.collection_begin[0]) & (period < periods)
    place = (rows.scenario * periods + period)[is_in]
    sums = {
        "interest": ("interest", "fees"),
        "scheduled": ("scheduled",),
        "unscheduled": ("unscheduled", "premium"),
        "recoveries": ("recovery",),
        "net_loss": ("net_loss",),
        "defaults": ("default",),
        "default_value": ("default_value",),
    }

    def found() -> Iterator[str | None]:
        for name, columns in sums.items():
            stated = sum(np.bincount(place, rows[item][is_in], scenarios * periods) for item in columns)
            expected = np.asarray(stated).reshape(scenarios, periods)
            yield difference(name, getattr(outcome.found.flows, name), expected, outcome.cent)

    return first_of(found())


def deal_balances_are_what_rows_leave(outcome: Outcome) -> str | None:
    """Par after a period is that of each asset after its last row in it. Source: clo-collateral-engine 4.2; clo-extensions 3.1."""
    rows, dates = outcome.rows, outcome.found.dates
    scenarios, periods = outcome.shape
    counts = np.array([asset.pik is not None and asset.pik.in_par for asset in outcome.case.holdings.assets])
    kept = rows["end_balance"] - np.where(counts[rows.asset], 0.0, rows["pik_balance"])
    has_rows = np.bincount(rows.group, minlength=outcome.groups) > 0
    pik = np.array([asset.pik.balance if asset.pik else 0.0 for asset in outcome.case.holdings.assets])
    is_defaulted, par = outcome.of_assets("is_defaulted"), outcome.of_assets("par")
    opening = np.where(is_defaulted, 0.0, par - np.tile(np.where(counts, 0.0, pik), scenarios)) * has_rows
    before = np.where(rows.place > 0, np.roll(kept, 1), opening[rows.group])
    stock_before = np.where(rows.place > 0, np.roll(rows["defaulted"], 1), np.where(is_defaulted, par, 0.0)[rows.group])
    period = np.searchsorted(dates.collection_end, rows["paid"], side="left")
    is_in = (rows["paid"] > dates.collection_begin[0]) & (period < periods)
    place = (rows.scenario * periods + period)[is_in]

    def balances(change: np.ndarray, start: np.ndarray) -> np.ndarray:
        moved = np.bincount(place, change[is_in], scenarios * periods).reshape(scenarios, periods)
        return start.reshape(scenarios, -1).sum(axis=1)[:, None] + np.cumsum(moved, axis=1)

    # a balance below one unit is written off, or still there, which is the same to a deal
    dust = outcome.cent + DUST * len(outcome.case.holdings.assets)
    flows = outcome.found.flows
    stock = balances(rows["defaulted"] - stock_before, np.where(is_defaulted, par, 0.0) * has_rows)
    return first_of(
        iter(
            [
                difference("performing", flows.performing[:, 1:], balances(kept - before, opening), dust),
                difference("defaulted", flows.defaulted[:, 1:], stock, dust),
            ]
        )
    )


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
    if TWIN not in outcome.case.scenarios.names:
        return None
    rows = outcome.rows
    one, two = rows.scenario == 0, rows.scenario == outcome.case.scenarios.names.index(TWIN)
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
    calm_principal_follows_the_schedule,
    severity_and_lag_leave_performing_flows_alone,
    loans_bought_roll,
)
