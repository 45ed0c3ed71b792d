"""Random features of clo-extensions laid upon a random deal file, and random overlays. The plain deal is in `draw_deals`.

A feature that rewrites lists keeps what the loader asks of them: a sink at the end, a way out of every account.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from random import Random
from typing import Any

from calculations.clo.collateral import AssetTerms
from tests.invariants.draw_deals import Document, number

RawStep = dict[str, Any]
LAST = {"any": ["liquidating", "last_period"]}
ESCROW = {"any": ["escrow_covers_hurdle", "last_period"]}


def lay_features(source: Random, document: Document, assets: Sequence[AssetTerms], months: int) -> None:
    """Give the deal of `document`, which holds `assets`, each feature or not, in place."""
    switches = source.random() < 0.1
    _vary_default(source, document)
    if source.random() < 0.2:
        _add_dues(source, document)
    if source.random() < 0.2:
        _add_caps(source, document)
    if source.random() < 0.25:
        _add_accounts(source, document)
    if source.random() < 0.2:
        _add_reserve(source, document)
    if source.random() < 0.15 and not switches:
        _add_escrow(document)
    _add_moves(source, document)
    _vary_fees(source, document)
    _add_haircuts(source, document, months)
    if source.random() < 0.3:
        _add_commitments(source, document, assets)
    if source.random() < 0.3:
        document["pik"] = {
            "in_par": source.choice(("exclude", "include")),
            "repaid_as": source.choice(("principal", "interest", "interest")),
        }
    if source.random() < 0.2:
        by_asset = source.random() < 0.7
        owed = sum(Decimal(asset.purchased_accrued) for asset in assets)
        document["purchased_accrued"] = {
            "amount": owed if by_asset else number(source, 1, 400_000),
            "recover": "by_asset" if by_asset else "any_interest",
            "in_tests": source.random() < 0.5,
        }
    if source.random() < 0.15:
        document.setdefault("accounts", {})["smoothing"] = {"type": 8, "interest": number(source, 0, 50_000)}
        document["smoothing"] = {"account": "smoothing", "above": number(source, 0, 10, 100)}
    if switches:
        document["frequency_switch"] = {
            "to_months": 2 * months,
            "index_tenor": 2 * months,
            "when": {"share_of": {"months_between_above": months}, "above": Decimal("0.5")},
        }


def _steps(document: Document, name: str) -> list[RawStep]:
    found: list[RawStep] = document["lists"][name]["steps"]
    return found


def _put_first(document: Document, step: RawStep, *names: str) -> None:
    """Into the lists named, or all."""
    for name in names or document["lists"]:
        _steps(document, name).insert(0, dict(step))


def _put_before_last(document: Document, step: RawStep, *names: str) -> None:
    for name in names:
        _steps(document, name).insert(-1, dict(step))


def _vary_default(source: Random, document: Document) -> None:
    """Sometimes default accelerates, by ratio or unpaid interest, and sometimes it stays."""
    events = document["event_of_default"]
    if source.random() < 0.3:
        events["ratio"]["numerator"] = "adjusted_par"
    if source.random() < 0.3:
        events["sticky"] = True
    if source.random() < 0.3:
        names = events["ratio"]["denominator"]
        events["unpaid_interest"] = {"classes": list(names), "or_controlling": source.random() < 0.5}
    if source.random() < 0.4:
        events["then"] = "accelerate"
        events["caps"] = source.choice(("on", "off"))
        document["lists"]["acceleration"] = document["lists"].pop("default")


def _add_dues(source: Random, document: Document) -> None:
    document.setdefault("dues", {}).update(
        taxes={"amount": number(source, 0, 40_000), "carry": True},
        issuer_profit={"amount": Decimal(375), "carry": False},
    )
    _put_first(document, {"pay": "issuer_profit"}, "interest", _worst(document))
    _put_first(document, {"pay": "taxes"}, "interest", "principal", _worst(document))


def _worst(document: Document) -> str:
    return "default" if "default" in document["lists"] else "acceleration"


def _add_caps(source: Random, document: Document) -> None:
    """Trustee and admin fee under one cap in every list; what exceeds it comes at the end of the lists that have one."""
    document["caps"] = {
        "senior": {
            "fixed": number(source, 0, 100_000),
            "rate": number(source, 0, 5, 10_000),
            "basis": source.choice(("beginning", "average")),
            "shared_by": ["trustee", "admin"],
            "carry_forward": source.randint(0, 3),
            "carried": [number(source, 0, 20_000)],
        }
    }
    for name in document["lists"]:
        for step in _steps(document, name):
            if step.get("fee") in ("trustee", "admin"):
                step["cap"] = "senior"
    for fee in ("trustee", "admin"):
        _put_before_last(document, {"fee": fee, "part": "overflow"}, "interest", "notes", _worst(document))


def add_hedge(document: Document) -> None:
    """A due for counterparties, paid first in every list. Source: clo-extensions 3.5."""
    document.setdefault("dues", {})["hedge"] = {"amount": "close_out", "carry": True}
    _put_first(document, {"pay": "hedge"})


def _add_accounts(source: Random, document: Document) -> None:
    overdrawn = source.random() < 0.4
    deepest = source.choice((2_000_000, 9_000_000))
    principal = -number(source, 1, deepest) if overdrawn else number(source, 0, 900_000)
    document.setdefault("accounts", {}).update(
        collection={"type": 2, "interest": number(source, 0, 300_000), "principal": principal},
        ramp_up={"type": 3, "principal": number(source, 0, 500_000)},
    )
    if overdrawn:
        document["principal_cash"] = {"allow_negative": True, "limit": Decimal("0.015")}
        if source.random() < 0.8:
            document["principal_cash"]["repay_from"] = ["principal", "interest"]
            put = source.choice((_put_first, _put_before_last))
            put(document, {"repay": "principal_cash"}, "interest")


def _add_commitments(source: Random, document: Document, assets: Sequence[AssetTerms]) -> None:
    """An account that pays draws: much less than what may be drawn, about that, or more. Source: clo-extensions 3.2."""
    unfunded = sum(asset.draws.unfunded for asset in assets if asset.draws)
    held = Decimal(round(unfunded * source.choice((0.0, 0.1, 0.5, 1.0, 1.3))))
    document.setdefault("accounts", {})["funding"] = {"type": 4, "principal": held}


def _add_reserve(source: Random, document: Document) -> None:
    """An expense reserve, filled at the head of the interest list."""
    target: Any = number(source, 0, 300_000)
    if source.random() < 0.5:
        target = {"share": Decimal("0.0004")}
    document.setdefault("accounts", {})["reserve"] = {
        "type": 5,
        "initial": number(source, 0, 200_000),
        "target": target,
        "release": {"to": source.choice(("interest", "principal")), "when": LAST},
    }
    _put_first(document, {"fund": "reserve"}, "interest")


def _add_escrow(document: Document) -> None:
    """What the sub notes would get waits until it reaches their hurdle. Source: clo-extensions 1.3."""
    document.setdefault("accounts", {})["escrow"] = {"type": 7}
    _put_first(document, {"release": {"from": "escrow"}, "when": ESCROW}, "interest")
    _put_first(document, {"release": {"from": "escrow"}}, _worst(document))
    _put_before_last(document, {"move": {"to": "account.escrow"}, "when": {"not": ESCROW}}, "interest")


def _add_moves(source: Random, document: Document) -> None:
    """A distribution stopper, excess spread kept, and diversion sized to par."""
    if source.random() < 0.15:
        when: Document = {"cushion": {"test": "ID", "below": number(source, -30, 20, 100)}}
        _put_before_last(document, {"move": {"to": "notes"}, "when": when}, "interest")
    if source.random() < 0.15:
        when = {"any": [{"failing": "ID"}, {"cushion": {"test": "ID", "below": number(source, 0, 20, 100)}}]}
        _put_before_last(document, {"move": {"to": "principal", "share": Decimal("0.3")}, "when": when}, "interest")
    for step in _steps(document, "interest"):
        if "divert" in step and source.random() < 0.4:
            step["divert"] = {**step["divert"], "share": number(source, 10, 100, 100), "cure": "par"}


def _vary_fees(source: Random, document: Document) -> None:
    fees, incentive = document["fees"], document["incentive"]
    if source.random() < 0.2:
        fees["junior"]["payees"] = {"manager": Decimal("0.85"), "holder": Decimal("0.15")}
        incentive["payees"] = {"manager": Decimal("0.7"), "holder": Decimal("0.3")}
    if source.random() < 0.15:
        fees["base"]["accrues"] = source.choice(("reinvesting", {"not": "liquidating"}))
    if source.random() < 0.15:
        incentive["catch_up"] = incentive["share"] + number(source, 1, 60, 100)


def _add_haircuts(source: Random, document: Document, months: int) -> None:
    haircuts: Document = {}
    if source.random() < 0.35:
        carry = source.choice(("market_value", Decimal("0.65")))
        buckets = ["moodys", "sp"][: source.randint(1, 2)]
        haircuts["ccc"] = {"limit": number(source, 0, 20, 100), "buckets": buckets, "carry": carry}
    if source.random() < 0.25:
        haircuts["discount"] = {"below": {"loan": Decimal("0.8"), "bond": Decimal("0.75")}}
        if source.random() < 0.5:
            haircuts["discount"]["cure"] = {"market_value": Decimal("0.9"), "days": 30}
    if source.random() < 0.2:
        haircuts["fx"] = number(source, 0, 30, 100)
    if source.random() < 0.15:
        haircuts["defaulted"] = {
            "carry": {"min": ["market_value", "recovery_rate"]},
            "zero_after_months": months * source.randint(1, 4),
        }
    if haircuts:
        document["haircuts"] = haircuts


def draw_overlays(source: Random, document: Document, begins: dt.date) -> Document | None:
    """One or two overlays with random clauses, the first in force from `begins`; mostly none."""
    if source.random() < 0.7:
        return None
    second = begins + dt.timedelta(days=source.randint(60, 400))
    spans: list[tuple[dt.date, dt.date | None]] = [(begins, second if source.random() < 0.7 else None)]
    if spans[0][1] is not None and source.random() < 0.5:
        spans.append((second, None))
    overlays = []
    for start, end in spans:
        clauses = _clauses(source, document)
        overlays.append(
            {
                "effective_from": start,
                "effective_to": end,
                "source": "supplement",
                "approved_by": "resolution",
                "clauses": clauses,
                "features": sorted(clauses),
            }
        )
    return {"deal": document["deal"], "overlays": overlays}


def _clauses(source: Random, document: Document) -> Document:
    share = document["incentive"]["share"]
    every: Document = {
        "hurdle": {"rate": number(source, 0, 25, 100), "share": share, "catch_up": share + number(source, 1, 60, 100)},
        "deferral": {
            "minimum_equity_irr": number(source, -20, 30, 100),
            "fees": ["junior"],
            "interest": source.random() < 0.5,
        },
        "turbo": {
            "direction": source.choice(("above", "below")),
            "share": number(source, 10, 100, 100),
            "oc": {"test": "ID", "buffer": number(source, -10, 30, 100)},
        },
        "threshold": {"equity_irr": number(source, -20, 30, 100)},
        "fee_sharing": {
            "management": {"fees": ["junior"], "shares": {"manager": Decimal("0.8"), "investor": Decimal("0.2")}},
            "incentive": {"shares": {"manager": Decimal("0.75"), "investor": Decimal("0.25")}},
        },
    }
    kept = source.sample(sorted(every), source.randint(1, len(every)))
    if "catch_up" in document["incentive"]:
        kept = [name for name in kept if name != "hurdle"] or ["turbo"]
    return {name: every[name] for name in kept}
