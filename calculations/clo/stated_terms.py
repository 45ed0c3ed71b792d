"""Terms of a deal's assets that tables beside the tape state: PIK shares, draws, rate steps, events. What a tape itself says does
not belong here, nor do assets in another currency.

A table's rows are mappings with the columns of its contract; days are dates, numbers may be decimals.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from calculations.clo.collateral import AssetTerms, Rejection
from calculations.clo.collateral.assets import with_events
from calculations.clo.collateral.features import AssetEvent, DrawTerms, EventKind, PikTerms, RateStep

Row = Mapping[str, Any]


@dataclass(frozen=True)
class StatedTerms:
    """Rows of the tables `asset_pik`, `asset_draws`, `asset_steps` and `asset_events` by asset id, in order of days."""

    pik: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    draws: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    steps: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    events: Mapping[str, Sequence[Row]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        *,
        pik: Iterable[Row] = (),
        draws: Iterable[Row] = (),
        steps: Iterable[Row] = (),
        events: Iterable[Row] = (),
    ) -> StatedTerms:
        """From rows in any order."""
        return cls(
            pik=by_asset(pik, "from_date"),
            draws=by_asset(draws, "from_date"),
            steps=by_asset(steps, "from_date"),
            events=by_asset(events, "event_date"),
        )


def by_asset(rows: Iterable[Row], day: str) -> Mapping[str, Sequence[Row]]:
    """Rows by asset id, each asset's in order of the days in column `day`."""
    found: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: row[day]):
        found.setdefault(str(row["asset_id"]), []).append(row)
    return found


@dataclass(frozen=True)
class CommitmentTerms:
    """Terms of a commitment as a projection takes them, and the columns whose later change it leaves out, with the day."""

    draws: DrawTerms
    says_when_drawn: bool
    left_out: tuple[tuple[str, dt.date], ...]


def pik_terms(rows: Sequence[Row], balance: float) -> PikTerms:
    """Capitalised interest of `balance` now and the stated shares. Raises ValueError. Source: clo-extensions 3.1."""
    return PikTerms(balance=balance, shares=tuple((row["from_date"], float(row["pik_share"])) for row in rows))


def commitment_terms(
    rows: Sequence[Row], analysis: dt.date, *, unfunded: float, fee_rate: float | None, is_revolving: bool
) -> CommitmentTerms:
    """The commitment of which the tape gives what is unfunded, and a fee that a stated one beats.

    A term is the one stated last on or before the analysis date, else the first one after it. Draws until the analysis
    date are in the tape's balance already and count no more against what is unfunded. Raises ValueError with the codes of
    `DrawTerms`. Source: clo-extensions 3.2.
    """
    left_out: list[tuple[str, dt.date]] = []

    def term(name: str) -> Any:
        stated = [(row["from_date"], row[name]) for row in rows if row[name] is not None]
        before = [value for day, value in stated if day <= analysis]
        ruling = before[-1] if before else stated[0][1] if stated else None
        left_out.extend((name, day) for day, value in stated if day > analysis and value != ruling)
        return ruling

    fee, utilisation, until = term("commitment_fee_rate"), term("utilisation_rate"), term("available_until")
    amounts = [(row["from_date"], float(row["draw_amount"])) for row in rows if row["draw_amount"] is not None]
    return CommitmentTerms(
        draws=DrawTerms(
            unfunded=unfunded,
            fee_rate=fee_rate if fee is None else float(fee),
            available_until=until,
            is_revolving=is_revolving,
            draws=tuple((day, amount) for day, amount in amounts if day > analysis),
            utilisation=None if utilisation is None else float(utilisation),
        ),
        says_when_drawn=bool(amounts) or utilisation is not None,
        left_out=tuple(left_out),
    )


def rate_steps(rows: Sequence[Row]) -> tuple[RateStep, ...]:
    """The stated steps. Raises ValueError for a rate that is none. Source: clo-extensions 3.3."""
    return tuple(
        RateStep(row["from_date"], float(row["rate"]), "coupon" if row["step_kind"] == "COUPON" else "spread")
        for row in rows
    )


def with_stated_events(
    assets: Sequence[AssetTerms], events: Mapping[str, Sequence[Row]]
) -> tuple[tuple[AssetTerms, ...], tuple[Rejection, ...]]:
    """Assets with the events stated of them, and the events that cannot be theirs with code and reason.

    EVENT_ASSET: the asset takes no part in the projection; EVENT_TERMS: a new coupon on a floater or a spread on a fixed
    loan. What only dates and balances can contradict, the projection rejects. Source: clo-extensions 3.4.
    """
    by_id = {asset.asset_id: asset for asset in assets}
    rejections: list[Rejection] = []
    accepted: list[tuple[str, AssetEvent]] = []
    for asset_id, row in ((asset_id, row) for asset_id, rows in events.items() for row in rows):
        terms = json.loads(row["terms"])
        kind = cast(EventKind, str(row["kind"]).lower())
        asset = by_id.get(asset_id)
        other = None if asset is None else "coupon" if asset.is_floating else "spread"
        if other in terms:
            rejections.append(
                Rejection(
                    asset_id,
                    f"asset {asset_id}, {kind} of {row['event_date']}: EVENT_TERMS: must give the "
                    f"{'spread of a floater' if other == 'coupon' else 'coupon of a fixed loan'}, found a {other}",
                )
            )
            continue
        accepted.append((asset_id, _event(row["event_date"], kind, terms, row["scenario"] or None)))
    found, unheld = with_events(assets, accepted)
    return found, (*rejections, *unheld)


def _event(day: dt.date, kind: EventKind, terms: Mapping[str, Any], scenario: str | None) -> AssetEvent:
    """The event of terms in the shape that the contract gives its kind; numbers are texts."""
    event = AssetEvent(day, kind, scenario=scenario)
    changes: dict[str, Any] = {name: float(terms[name]) for name in ("fraction", "price", "fee") if name in terms}
    changes |= {name: terms[name] for name in ("accrued", "premium_as") if name in terms}
    if "haircut" in terms:
        changes["fraction"] = float(terms["haircut"])
    if (rate := terms.get("coupon", terms.get("spread"))) is not None:
        changes["rate"] = float(rate)
    if "maturity" in terms:
        changes["maturity"] = dt.date.fromisoformat(terms["maturity"])
    if "schedule" in terms:
        changes["instalments"] = tuple(
            (dt.date.fromisoformat(item["date"]), float(item["amount"])) for item in terms["schedule"]
        )
    return replace(event, **changes)
