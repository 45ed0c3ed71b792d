"""The 54 legacy tests asset by asset, as clo-compliance 1.3 to 1.5 and 3.7 word them: slow, plain, standard preset only."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

Asset = dict[str, Any]
Figures = tuple[float, float, float]

FACTORS = {
    "AAA": 1,
    "AA1": 10,
    "AA2": 20,
    "AA3": 40,
    "A1": 70,
    "A2": 120,
    "A3": 180,
    "BAA1": 260,
    "BAA2": 360,
    "BAA3": 610,
    "BA1": 940,
    "BA2": 1350,
    "BA3": 1766,
    "B1": 2220,
    "B2": 2720,
    "B3": 3490,
    "CAA1": 4770,
    "CAA2": 6500,
    "CAA3": 8070,
    "CA": 10000,
    "C": 10000,
}
G1 = {"NETHERLANDS", "AUSTRALIA", "NEW ZEALAND", "UNITED KINGDOM"}
G2 = {"GERMANY", "SWEDEN", "SWITZERLAND"}
G3 = {"AUSTRIA", "BELGIUM", "DENMARK", "FINLAND", "FRANCE", "ICELAND"}
G3 |= {"LIECHTENSTEIN", "LUXEMBOURG", "NORWAY", "SPAIN"}
TAX = {"BAHAMAS", "BERMUDA", "BRITISH VIRGIN ISLANDS", "CAYMAN ISLANDS", "CHANNEL ISLANDS", "NETHERLANDS ANTILLES"}
SECOND_LIEN = "SENIOR UNSECURED LOAN/SECOND LIEN LOAN"
NON_SENIOR = "MOODY'S NON-SENIOR SECURED LOAN"
CCC = {"CCC+", "CCC", "CCC-", "CC", "C"}


def upper(value: Any) -> str:
    return ("" if value is None else str(value)).strip().upper().replace("’", "'")


def yes(value: Any) -> bool:
    return value is True or upper(value) in ("YES", "TRUE")


def plain_results(columns: Mapping[str, list[Any]], inputs: Any) -> dict[int, Figures]:
    """Numerator, denominator and result per test of one pool, whose par is column `held_par`; ratings as stated, S&P's
    the issuer's. Columns as `Universe.from_tape` takes them.
    """
    everything = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    pool = [asset for asset in everything if asset["held_par"] > 0]
    live = [asset for asset in pool if not yes(asset["is_default_obligation"])]
    cash, libor = inputs.cash, inputs.current_libor
    perf = sum(asset["held_par"] for asset in live)
    cpa = perf + cash
    found: dict[int, Figures] = {}

    def par(assets: list[Asset], where: Callable[[Asset], bool]) -> float:
        return sum(asset["held_par"] for asset in assets if where(asset))

    def share(number: int, where: Callable[[Asset], bool], of: list[Asset] = live) -> None:
        total = par(of, where)
        found[number] = (total, cpa, total / cpa)

    def largest(number: int, key: str, rank: int, where: Callable[[Asset], bool], of: list[Asset] = live) -> None:
        totals: dict[str, float] = {}
        for asset in of:
            if where(asset):
                name = asset[key] if key == "issuer_id" else upper(asset[key])
                totals[name] = totals.get(name, 0.0) + asset["held_par"]
        ordered = sorted(totals.values(), reverse=True)
        total = ordered[rank - 1] if len(ordered) >= rank else 0.0
        found[number] = (total, cpa, total / cpa)

    def average(number: int, value: Callable[[Asset], float], of: list[Asset], base: float) -> None:
        total = sum(asset["held_par"] * value(asset) for asset in of)
        found[number] = (total, base, total / base if base else 0.0)

    def flag(name: str) -> Callable[[Asset], bool]:
        return lambda asset: yes(asset[name])

    def country(*names: str) -> Callable[[Asset], bool]:
        return lambda asset: upper(asset["country"]) in names

    def loan(asset: Asset) -> bool:
        return upper(asset["bond_loan"]) == "LOAN"

    def second_lien(asset: Asset) -> bool:
        return upper(asset["sp_priority_category"]) == SECOND_LIEN

    def senior(asset: Asset) -> bool:
        return upper(asset["seniority"]) == "SENIOR SECURED"

    def anything(asset: Asset) -> bool:
        return True

    total = par(live, loan) - par(live, lambda a: upper(a["moodys_asset_category"]) == NON_SENIOR) + cash
    found[1] = (total, cpa, total / cpa)
    share(2, lambda a: not (senior(a) and loan(a)) or second_lien(a), pool)
    largest(3, "issuer_id", 6, lambda a: not yes(a["is_dip"]))
    largest(4, "issuer_id", 1, lambda a: not yes(a["is_dip"]))
    largest(5, "issuer_id", 1, flag("is_dip"))
    largest(6, "issuer_id", 1, second_lien)
    share(7, lambda a: upper(a["moodys_rating"]) in {"CAA1", "CAA2", "CAA3", "CA", "C"})
    share(8, lambda a: a["payment_frequency"] < 4, pool)
    share(9, lambda a: upper(a["coupon_type"]) == "FIXED")
    share(10, flag("is_current_pay"))
    share(11, flag("is_dip"))
    unfunded = sum(asset["unfunded_amount"] for asset in live)
    found[12] = (unfunded, cpa, unfunded / cpa)
    for number in (13, 48):
        share(number, flag("is_participation"))
    share(14, lambda a: upper(a["country"]) != "USA")
    share(15, country(*TAX, "CANADA"))
    share(16, lambda a: upper(a["country"]) not in {"USA", "CANADA", "UK", "UNITED KINGDOM"})
    share(17, country(*G1, *G2, *G3))
    for number, group in ((18, G1), (20, G2), (22, G3)):
        share(number, country(*group))
        largest(number + 1, "country", 1, country(*group))
    share(24, country(*TAX))
    for number, rank in ((25, 4), (26, 2), (27, 1)):
        largest(number, "sp_industry", rank, anything, pool)
    share(28, flag("is_bridge_loan"))
    share(29, flag("is_cov_lite"), pool)
    share(30, flag("is_deferred_interest_bond"))
    share(31, lambda a: a["facility_size"] < (150e6 if upper(a["country"]) == "USA" else 250e6))

    def floating(asset: Asset) -> bool:
        return upper(asset["coupon_type"]) == "FLOAT"

    def spread(asset: Asset) -> float:
        if "LIBOR" not in upper(asset["index_name"]) or asset["libor_floor"] > libor:
            return float(asset["coupon"] - libor)
        return float(asset["coupon_spread"])

    average(32, spread, [a for a in pool if floating(a)], par(pool, floating))
    for number in (39, 46):
        average(number, spread, [a for a in live if floating(a)], par(live, floating))
    average(33, lambda a: a["moodys_recovery_rate"], live, perf)
    fixed = [a for a in pool if upper(a["coupon_type"]) == "FIXED"]
    average(34, lambda a: a["coupon"], fixed, par(fixed, anything))
    average(35, lambda a: a["wal"], pool, perf)
    # to 12 digits first: dust decides no half (clo-compliance 1.2)
    found[35] = (found[35][0], perf, float(round(Decimal(f"{found[35][2]:.12g}"), 2)))
    for number in (36, 54):
        average(number, lambda a: FACTORS.get(upper(a["moodys_rating_warf"]), 10000), live, perf)
    found[37] = (0.0, 0.0, plain_diversity(pool))
    junior = inputs.jr_oc_denominator
    carried = cash + sum(asset["held_par"] * _carried_at(asset) for asset in pool)
    found[38] = (carried, junior, carried / junior)
    share(40, lambda a: upper(a["sp_issuer_rating"]) in CCC)
    share(41, country("CANADA"))
    share(42, flag("is_letter_of_credit"))
    share(43, lambda a: a["maturity"] > inputs.stated_maturity)
    share(44, lambda a: not senior(a))
    found[45] = (0.0, cpa, 0.0)
    found[47] = (perf + cash, cpa, (perf + cash) / cpa)
    for rank in (1, 2, 3, 4):
        largest(48 + rank, "moodys_industry", rank, anything)
    share(53, lambda a: a["facility_size"] < 200e6)
    return found


def _carried_at(asset: Asset) -> float:
    if yes(asset["is_default_obligation"]):
        return float(asset["market_value"]) / 100
    return float(asset["moodys_recovery_rate"]) if yes(asset["is_piking"]) else 1.0


def plain_diversity(pool: list[Asset]) -> float:
    """The score issuer by issuer; bands by the knots of 3.7."""
    by_issuer: dict[str, float] = {}
    industry: dict[str, str] = {}
    for asset in sorted(pool, key=lambda item: item["asset_id"]):
        by_issuer[asset["issuer_id"]] = by_issuer.get(asset["issuer_id"], 0.0) + asset["held_par"]
        industry.setdefault(asset["issuer_id"], upper(asset["moodys_industry"]))
    mean = sum(by_issuer.values()) / len(by_issuer)
    units: dict[str, float] = {}
    for issuer, total in by_issuer.items():
        units[industry[issuer]] = units.get(industry[issuer], 0.0) + min(1.0, total / mean)
    return sum(_band(total) for total in units.values())


def _band(units: float) -> float:
    knots = [(0, 0), (10, 1), (30, 2), (60, 3), (100, 4), (200, 5)]
    step = min(200, int(units * 10 * (1 + 1e-12) + 0.5))
    for (low, below), (high, above) in itertools.pairwise(knots):
        if step <= high:
            return round(below + (above - below) * (step - low) / (high - low), 4)
    raise AssertionError(step)
