"""Transfers of commitments as events of a fund's waterfall, and when their history passes. Other events are in `fund_waterfall_events`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from calculations.daycount import Ints
from calculations.funds.waterfall.events import Event, EventKind
from orchestration.assets.fund_waterfall_inputs import Row, StatedFund

DAY = dt.timedelta(days=1)


def transfers(stated: StatedFund, committed: Ints) -> Iterator[Event]:
    """Completed transfers; what the transferor carries passes on the effective date, or after what is still its own.

    A distribution goes to the holder on its record date, so the transferor's history stays for it until it has been
    paid. Raises ValueError where the transferee's commitment is not stated, and where the transferee is paid on that
    history before. Source: fund-admin 1.5 D-5, 1.8.
    """
    held = {place: int(amount) for place, amount in enumerate(committed)}
    postponed: dict[int, dt.date] = {}
    for row in stated.rows["transfers"]:
        code = row["transfer_id"]
        if row["taker"] is None:
            raise ValueError(
                f"transfer {code}: expected new_commitment_id to name a commitment of the fund, found none"
            )
        share = Fraction(1)
        if row["transfer_type"] == "PARTIAL":
            whole = held[row["giver"]] or 1
            share = Fraction(row["fraction"]) if row["fraction"] is not None else Fraction(row["amount"] or 0, whole)
        moved = round(held[row["giver"]] * share)
        held[row["giver"]] -= moved
        held[row["taker"]] += moved
        ends = (row["giver"], row["taker"])
        # shares are of what is held after earlier transfers, so that none may overtake another
        before = [postponed[end] + DAY for end in ends if end in postponed]
        passes = max([_after_what_is_still_paid(stated, row), *before])
        if passes > row["effective_date"]:
            postponed |= dict.fromkeys(ends, passes)
            _require_unpaid(stated, row, passes)
        yield Event(code, passes, EventKind.TRANSFER, giver=row["giver"], taker=row["taker"], share=share)


def _after_what_is_still_paid(stated: StatedFund, row: Row) -> dt.date:
    """The effective date, or the day after the last distribution of whose record date the transferor was the holder."""
    own = _paid_from(stated, row["giver"], row["effective_date"])
    paid = stated.columns["distributions"]
    own &= paid["record_date"] < np.datetime64(row["effective_date"])
    effective: dt.date = row["effective_date"]
    return paid["distribution_date"][own].max().astype(object) + DAY if own.any() else effective


def _require_unpaid(stated: StatedFund, row: Row, passes: dt.date) -> None:
    paid = stated.columns["distributions"]
    own = _paid_from(stated, row["taker"], row["effective_date"]) & (paid["distribution_date"] < np.datetime64(passes))
    if own.any():
        raise ValueError(
            f"transfer {row['transfer_id']}: expected no distribution to the transferee before {passes}, when the last "
            f"one of the transferor is paid, found {paid['distribution_id'][own][0]}"
        )


def _paid_from(stated: StatedFund, place: int, since: dt.date) -> NDArray[np.bool_]:
    paid = stated.columns["distributions"]
    found: NDArray[np.bool_] = (
        (paid["place"] == place) & (paid["amount"] != 0) & (paid["distribution_date"] >= np.datetime64(since))
    )
    return found
