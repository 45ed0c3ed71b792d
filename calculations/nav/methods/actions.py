"""Corporate actions as their rows state them, for whoever carries positions over them. Source: input-contracts 4.2."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence

from calculations.nav.corporate_actions import EXCHANGES, MOVES, TRADING, CorporateAction
from calculations.nav.market import Row
from calculations.nav.methods.evidence import Evidence

ActionsOf = Mapping[str, Sequence[CorporateAction]]

_OF_BONDS = ("CALL", "DEFAULT")


def actions_in_force(evidence: Evidence) -> ActionsOf:
    """The actions of each instrument in force by the valuation day, in the order of their days."""
    found: dict[str, list[CorporateAction]] = defaultdict(list)
    for row in evidence.stated.actions:
        if row["action_type"] not in (*MOVES, *TRADING, *_OF_BONDS, "RETURN_OF_CAPITAL"):
            continue
        takes_effect = row["effective_date"] if row["action_type"] in (*EXCHANGES, *TRADING, *_OF_BONDS) else None
        action = CorporateAction(
            action_id=row["action_id"],
            instrument_id=row["instrument_id"],
            action_type=row["action_type"],
            date=takes_effect or row["ex_date"],
            ratio_from=row["ratio_from"],
            ratio_to=row["ratio_to"],
            amount_per_unit=row["amount_per_unit"],
            currency=row["currency"],
            new_instrument_id=row["new_instrument_id"],
        )
        if action.date <= evidence.day:
            found[action.instrument_id].append(action)
    return {each: sorted(found[each], key=lambda action: (action.date, action.action_id)) for each in sorted(found)}


def list_day(rows: Sequence[Row]) -> dt.date | None:
    """The day of a list of positions; None where nothing is listed."""
    day: dt.date | None = rows[0]["as_of_date"] if rows else None
    return day
