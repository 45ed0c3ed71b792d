"""Results of the compliance tests on a demo pool, for previous values and recorded outputs. Pass rules do not belong here.

A plain calculation of its own: the platform's engine is checked against the workbook, never the other way round.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from ingestion.samples.parameters import Deal, load_yaml

CAA = ("Caa1", "Caa2", "Caa3", "Ca", "C")
CCC = ("CCC+", "CCC", "CCC-", "CC", "C")
GROUPS = {
    18: ("Netherlands", "Australia", "New Zealand", "United Kingdom"),
    20: ("Germany", "Sweden", "Switzerland"),
    22: (
        "Austria",
        "Belgium",
        "Denmark",
        "Finland",
        "France",
        "Iceland",
        "Liechtenstein",
        "Luxembourg",
        "Norway",
        "Spain",
    ),
}
TAX = ("Bahamas", "Bermuda", "British Virgin Islands", "Cayman Islands", "Channel Islands", "Netherlands Antilles")
SECOND_LIEN = "Senior Unsecured Loan/Second Lien Loan"


def _largest(par: pd.Series, groups: pd.Series, place: int = 1) -> float:
    totals = np.sort(par.groupby(groups.to_numpy()).sum().to_numpy())[::-1]
    return float(totals[place - 1]) if totals.size >= place else 0.0


def diversity_score(par: pd.Series, issuers: pd.Series, industries: pd.Series) -> float:
    """Moody's diversity score of a pool. Source: clo-compliance 3.7."""
    by_issuer = pd.DataFrame({"par": par.to_numpy(), "issuer": issuers.to_numpy(), "industry": industries.to_numpy()})
    totals = by_issuer.groupby("issuer", sort=False).agg(par=("par", "sum"), industry=("industry", "first"))
    units = (totals["par"] / totals["par"].mean()).clip(upper=1.0)
    per_industry = units.groupby(totals["industry"]).sum().to_numpy()
    tenths = np.clip(np.round(per_industry, 1) * 10, 0, 200)
    return float(np.interp(tenths, [0, 10, 30, 60, 100, 200], [0, 1, 2, 3, 4, 5]).round(4).sum())


def floating_spreads(pool: pd.DataFrame, libor: float) -> npt.NDArray[np.float64]:
    """Spread a floating loan earns over the index, a fraction: coupon less index while the floor bites. Source: clo-compliance 1.4."""
    return np.where(pool["libor_floor"] > libor, pool["coupon"] - libor, pool["coupon_spread"])


def test_results(
    pool: pd.DataFrame, cash: float, deal: Deal, libor: float, junior_oc_denominator: float
) -> dict[int, float]:
    """Result per test number of clo-compliance 1.3. `pool` has one row per holding, with `par` in USD beside the asset columns.

    Shares and rates are fractions; a test whose denominator is empty is left out.
    """
    par, performing = pool["par"], ~pool["is_default_obligation"]
    live, live_par = pool[performing], par[performing]
    base = live_par.sum() + cash
    results: dict[int, float] = {}

    def share(number: int, chosen: pd.Series, of: pd.DataFrame = live) -> None:
        results[number] = float(of.loc[chosen, "par"].sum() / base)

    non_senior = live["moodys_asset_category"].str.contains("Non-Senior")
    second = pool["sp_priority_category"] == SECOND_LIEN
    is_loan = live["bond_loan"] == "LOAN"
    results[1] = float((live_par[is_loan].sum() - live_par[non_senior].sum() + cash) / base)
    share(2, ~((pool["seniority"] == "Senior Secured") & (pool["bond_loan"] == "LOAN")) | second, pool)
    not_dip = live[~live["is_dip"]]
    results[3] = _largest(not_dip["par"], not_dip["issuer_id"], 6) / base
    results[4] = _largest(not_dip["par"], not_dip["issuer_id"]) / base
    dip = live[live["is_dip"]]
    results[5] = _largest(dip["par"], dip["issuer_id"]) / base
    junior = live[live["sp_priority_category"] == SECOND_LIEN]
    results[6] = _largest(junior["par"], junior["issuer_id"]) / base
    share(7, live["moodys_rating"].isin(CAA))
    share(8, pool["payment_frequency"] < 4, pool)
    share(9, live["coupon_type"] == "FIXED")
    share(11, live["is_dip"])
    for number in (10, 12, 13, 28, 30, 42, 45, 48):
        results[number] = 0.0  # the universe holds no such asset
    country = live["country"]
    share(14, country != "USA")
    share(15, country.isin((*TAX, "Canada")))
    share(16, ~country.isin(("USA", "Canada", "United Kingdom")))
    share(17, country.isin([name for names in GROUPS.values() for name in names]))
    for number, names in GROUPS.items():
        share(number, country.isin(names))
        group = live[country.isin(names)]
        results[number + 1] = _largest(group["par"], group["country"]) / base
    share(24, country.isin(TAX))
    for number, place in ((27, 1), (26, 2), (25, 4)):
        results[number] = _largest(par, pool["sp_industry"], place) / base
    for place in (1, 2, 3, 4):
        results[48 + place] = _largest(live_par, live["moodys_industry"], place) / base
    share(29, pool["is_cov_lite"], pool)
    share(31, live["facility_size"] < np.where(country == "USA", 150e6, 250e6))
    share(53, live["facility_size"] < 200e6)
    share(40, live["sp_issuer_rating"].isin(CCC))
    share(41, country == "Canada")
    share(43, live["maturity"] > pd.Timestamp(deal.dates.maturity))
    share(44, live["seniority"] != "Senior Secured")
    results[47] = 1.0
    _add_averages(results, pool, libor)
    recovered = np.where(pool["is_default_obligation"], pool["market_value"] / 100.0, 1.0)
    results[38] = float((cash + (par * recovered).sum()) / junior_oc_denominator)
    return {number: float(value) for number, value in results.items()}


def _add_averages(results: dict[int, float], pool: pd.DataFrame, libor: float) -> None:
    live = pool[~pool["is_default_obligation"]]

    def average(values: npt.NDArray[np.float64], frame: pd.DataFrame) -> float:
        return float(np.average(values, weights=frame["par"]))

    floating, live_floating = pool[pool["coupon_type"] == "FLOAT"], live[live["coupon_type"] == "FLOAT"]
    results[32] = average(floating_spreads(floating, libor), floating)
    results[39] = results[46] = average(floating_spreads(live_floating, libor), live_floating)
    results[33] = average(live["moodys_recovery_rate"].to_numpy(), live)
    fixed = pool[pool["coupon_type"] == "FIXED"]
    if len(fixed):
        results[34] = average(fixed["coupon"].to_numpy(), fixed)
    results[35] = round(float((pool["wal"] * pool["par"]).sum() / live["par"].sum()), 2)
    lists = load_yaml("clo_lists.yaml")
    factors = dict(zip(lists["moodys_ratings"], lists["rating_factors"], strict=True))
    results[36] = results[54] = average(live["moodys_rating_warf"].map(factors).to_numpy(dtype=float), live)
    results[37] = diversity_score(pool["par"], pool["issuer_id"], pool["moodys_industry"])


def thresholds(deal: Deal, stated: dict[int, float | None], recovery: float | None) -> dict[int, float]:
    """Thresholds per test of the deal's list, those of 32, 36, 39 and 54 by their formulae. Source: clo-compliance 1.4."""
    quality = deal.quality
    percent = 0.0 if recovery is None else 100.0 * recovery
    step = 0.00065 if quality.was >= 0.031 else 0.0005
    moving = {
        32: quality.was - (percent - 43.0) * step,
        36: quality.warf_threshold + (percent - 43.0) * quality.warf_factor,
        39: quality.was - (percent - 100.0 * quality.warr_threshold) * quality.was_factor,
        54: quality.warf_threshold + (percent - 100.0 * quality.warr_threshold) * quality.warf_factor,
    }
    found = {}
    for number in deal.tests:
        value = deal.thresholds.get(number, stated[number])
        found[number] = moving[number] if value is None else value
    return found
