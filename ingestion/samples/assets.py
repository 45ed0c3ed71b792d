"""The invented loan universe and how an asset's row reads on a date. What happens to assets between dates does not belong here.

Columns carry the names of the raw table clo_assets; ratings are held as ranks and spelt out per date.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ingestion.samples import ratings
from ingestion.samples.names import asset_ids, company_names, issuer_codes
from ingestion.samples.parameters import load_rows, load_yaml

SENIOR = "Moody’s Senior Secured loan"
NON_SENIOR = "Moody’s Non-Senior Secured Loan"


@dataclass(frozen=True)
class AssetState:
    """What changes with time, one entry per asset of the universe: ranks, outlooks, price per 100, default date (NaT if none)."""

    issuer_rank: npt.NDArray[np.int64]
    facility_outlook: npt.NDArray[np.str_]
    issuer_outlook: npt.NDArray[np.str_]
    price: npt.NDArray[np.float64]
    default_date: npt.NDArray[np.datetime64]

    @property
    def is_defaulted(self) -> npt.NDArray[np.bool_]:
        return ~np.isnat(self.default_date)


def _weighted(rng: np.random.Generator, shares: dict[Any, float], count: int) -> npt.NDArray[Any]:
    keys = np.array(list(shares))
    weights = np.array(list(shares.values()), dtype=float)
    return keys[rng.choice(len(keys), size=count, p=weights / weights.sum())]


def _days(first: np.datetime64, days: npt.NDArray[np.int64]) -> npt.NDArray[np.datetime64]:
    return first + days.astype("timedelta64[D]")


def _obligors(
    rng: np.random.Generator, count: int, sister_share: float, alone: npt.NDArray[np.bool_]
) -> npt.NDArray[np.int64]:
    """For each asset the place of the first asset of its issuer; an issuer has at most two loans, one if it must stand `alone`."""
    places = np.arange(count)
    earlier = (rng.random(count) * places).astype(int)
    wanted = (rng.random(count) < sister_share) & ~alone & ~alone[earlier] & (earlier < places)
    wanted &= ~wanted[earlier]  # the sister of a sister would be a third loan
    first_use = np.zeros(count, dtype=bool)
    chosen = np.flatnonzero(wanted)
    first_use[chosen[np.unique(earlier[chosen], return_index=True)[1]]] = True
    return np.where(first_use, earlier, places)


def build_universe(
    rng: np.random.Generator, count: int, starts_on: dt.date, seasoned: int, keep_performing: frozenset[int]
) -> pd.DataFrame:
    """Terms of `count` assets, ordered as drawn; the first `seasoned` exist on `starts_on`, later ones are issued after it.

    `keep_performing` names assets that stay plain first-lien US loans, because the story's amounts rely on it.
    """
    shape = load_yaml("clo_assets.yaml")
    industries = pd.DataFrame(load_rows("industries.csv"))
    weights = industries["weight"].astype(float).to_numpy()
    industry = rng.choice(len(industries), size=count, p=weights / weights.sum())
    country = _weighted(rng, shape["country"], count)
    rating = _weighted(rng, shape["moodys_issuer_rating"], count)
    # A sister loan copies the obligor of an earlier asset, so that one issuer holds several loans.
    is_sister = rng.random(count) < shape["sister_loan_share"]
    obligor = np.where(
        is_sister & (np.arange(count) > 0),
        (rng.random(count) * np.maximum(np.arange(count), 1)).astype(int),
        np.arange(count),
    )
    for place in range(count):
        obligor[place] = obligor[obligor[place]]
    special = np.isin(np.arange(count), list(keep_performing))
    industry, country, rating = industry[obligor], country[obligor], rating[obligor]
    country = np.where(special, "USA", country)

    draw = rng.random((6, count))
    second_lien = (draw[0] < shape["second_lien_share"]) & ~special
    plain = ~second_lien & ~special
    free = np.flatnonzero(plain & (np.arange(count) < seasoned))
    chosen = rng.permutation(free)[: shape["dip_loans"] + shape["fixed_rate_bonds"] + shape["semi_annual_loans"]]
    dips, bonds, slow = np.split(chosen, [shape["dip_loans"], shape["dip_loans"] + shape["fixed_rate_bonds"]])
    is_dip = np.isin(np.arange(count), dips)
    is_bond = np.isin(np.arange(count), bonds)
    is_semi_annual = np.isin(np.arange(count), slow) | is_bond

    rank = np.array([ratings.rank_of(str(value)) for value in rating])
    notches = np.where(
        second_lien,
        _weighted(rng, shape["second_lien_notches_above_issuer"], count),
        _weighted(rng, shape["facility_notches_above_issuer"], count),
    )
    noise = rng.integers(-1, 2, size=count) * shape["spread_step"]
    spread = (
        np.array([shape["spread_by_rating"][str(value)] for value in rating])
        + noise
        + second_lien * shape["second_lien_extra_spread"]
    )
    fixed_coupon = 0.07 + rng.integers(1, 5, size=count) * 0.0025

    start = np.datetime64(starts_on)
    issue = _days(start, -rng.integers(30, 1500, size=count))
    # Reserve assets are issued shortly before they can be bought.
    later = np.arange(count) >= seasoned
    issue = np.where(later, _days(start, (np.arange(count) - seasoned) * 9 + 20), issue)
    life = (shape["last_maturity"] - shape["first_maturity"]).days
    maturity = np.datetime64(shape["first_maturity"]) + (np.sqrt(rng.random(count)) * life).astype("timedelta64[D]")
    maturity = np.where(later, _days(np.datetime64("2022-06-30"), rng.integers(0, 640, size=count)), maturity)
    quarter_end = (issue.astype("datetime64[M]").astype(int) // 3 * 3 + 6).astype("datetime64[M]").astype(
        "datetime64[D]"
    ) - np.timedelta64(1, "D")
    size = shape["facility_size"]
    facility = np.clip(
        np.round(size["median"] * np.exp(size["sigma"] * rng.standard_normal(count)) / 5e6) * 5e6,
        size["smallest"],
        size["largest"],
    )

    companies = company_names(rng, industries["sp_industry"].to_numpy()[industry].tolist(), country.tolist())
    codes = issuer_codes(companies)
    anchor = np.array([shape["price_by_rating"][str(value)] for value in rating])
    cov_lite = (draw[1] < shape["cov_lite_share"]) & plain
    return pd.DataFrame(
        {
            "asset_id": asset_ids(rng, count),
            "issue_name": [companies[place] for place in obligor],
            "issuer_id": [codes[place] for place in obligor],
            "tranche": np.where(is_dip, "DIP", np.where(is_bond, "NOTES", _weighted(rng, shape["tranche"], count))),
            "bond_loan": np.where(is_bond, "BOND", "LOAN"),
            "maturity": maturity,
            "coupon_type": np.where(is_bond, "FIXED", "FLOAT"),
            "payment_frequency": np.where(is_semi_annual, 2, 4),
            "coupon_spread": np.where(is_bond, 0.0, np.round(spread, 4)),
            "libor_floor": np.where(is_bond, 0.0, _weighted(rng, shape["libor_floor"], count)),
            "index_name": np.where(is_bond, "", np.where(is_semi_annual, "6M Libor", "3M Libor")),
            "fixed_coupon": np.where(is_bond, fixed_coupon, np.nan),
            "facility_size": facility,
            "moodys_industry": industries["moodys_industry"].to_numpy()[industry],
            "sp_industry": industries["sp_industry"].to_numpy()[industry],
            "moodys_asset_category": np.where(second_lien | is_bond, NON_SENIOR, SENIOR),
            "sp_priority_category": np.where(
                second_lien | is_bond,
                "Senior Unsecured Loan/Second Lien Loan",
                np.where(cov_lite, "Senior Secured Loan (Cov-Lite)/Senior Secured Bond", "Senior Secured Loan"),
            ),
            "country": country,
            "seniority": np.where(is_bond, "Senior Unsecured", "Senior Secured"),
            "is_delayed_drawdown": (draw[2] < shape["delayed_drawdown_share"]) & plain,
            "is_dip": is_dip,
            "is_cov_lite": cov_lite,
            "is_first_lien_last_out": (draw[3] < 0.01) & plain,
            "sp_recovery_rating": _weighted(rng, shape["sp_recovery_rating"], count),
            "issue_date": issue,
            "first_payment_date": quarter_end,
            "initial_rank": rank,
            "facility_notches": np.where(is_bond, -1, notches),
            "sp_shift": rng.integers(-1, 2, size=count)[obligor],
            "issuer_negative": ((draw[4] < shape["issuer_negative_share"]) & ~special)[obligor],
            "facility_watch": np.where(
                (draw[5] < shape["facility_upgrade_share"]) & plain,
                "Upgrade",
                np.where((draw[5] > 1 - shape["facility_downgrade_share"]) & plain, "Downgrade", ""),
            ),
            "initial_price": np.clip(
                anchor + 0.8 * rng.standard_normal(count) - 2.0 * second_lien, *shape["price_range"]
            ).round(3),
        }
    )


def initial_state(universe: pd.DataFrame) -> AssetState:
    """Ratings, outlooks and prices on the first date; nothing is in default."""
    return AssetState(
        issuer_rank=universe["initial_rank"].to_numpy(),
        facility_outlook=universe["facility_watch"].to_numpy(dtype=str),
        issuer_outlook=np.where(universe["issuer_negative"], "Negative", ""),
        price=universe["initial_price"].to_numpy(),
        default_date=np.full(len(universe), np.datetime64("NaT", "D")),
    )


def asset_rows(
    universe: pd.DataFrame, state: AssetState, as_of: dt.date, index_rates: dict[str, float]
) -> pd.DataFrame:
    """The universe as the asset sheet states it on `as_of`; `index_rates` gives the index per name as a fraction.

    Coupon is spread plus the greater of index and floor; ratings and recovery follow clo-compliance 3.3 to 3.6.
    """
    frame = universe.copy()
    defaulted = state.is_defaulted
    outlook = np.where(defaulted, "", state.facility_outlook)
    issuer_outlook = np.where(defaulted, "", state.issuer_outlook)
    rank = np.where(defaulted, ratings.DEFAULTED_RANK, state.issuer_rank)
    facility = np.clip(rank - frame["facility_notches"].to_numpy(), 1, 21)
    secured_loan = (frame["bond_loan"] == "LOAN").to_numpy() & (frame["seniority"] == "Senior Secured").to_numpy()
    moodys_rank = ratings.facility_rating_rank(facility, outlook, secured_loan)
    dpr = ratings.default_probability_rank(rank, outlook)
    # The obligor of a debtor-in-possession loan has no rating of its own: its facility rating less one notch stands in.
    dpr = np.where(frame["is_dip"], np.clip(facility + 1, 1, 21), dpr)
    warf = np.where(frame["is_dip"], dpr, ratings.warf_rank(rank, outlook, issuer_outlook))
    sp_rank = np.clip(rank + frame["sp_shift"].to_numpy(), 8, 20)
    sp_text = np.where(defaulted, "D", ratings.sp(sp_rank))
    frame["moodys_rating"] = ratings.moodys(moodys_rank)
    frame["moodys_dp_rating"] = ratings.moodys(dpr)
    frame["moodys_rating_warf"] = ratings.moodys(warf)
    frame["moodys_facility_rating"] = ratings.moodys(facility)
    frame["moodys_facility_outlook"] = outlook
    frame["moodys_issuer_rating"] = np.where(frame["is_dip"], "NR", ratings.moodys(rank))
    frame["moodys_issuer_outlook"] = issuer_outlook
    frame["moodys_senior_secured_rating"] = ratings.moodys(facility)
    frame["moodys_recovery_rate"] = ratings.recovery_rates(
        dpr, moodys_rank, (frame["moodys_asset_category"] == SENIOR).to_numpy(), frame["is_dip"].to_numpy()
    )
    frame["sp_facility_rating"] = sp_text
    frame["sp_issuer_rating"] = sp_text
    index = frame["index_name"].map(index_rates).fillna(0.0).to_numpy()
    floating = frame["coupon_spread"].to_numpy() + np.maximum(index, frame["libor_floor"].to_numpy())
    frame["coupon"] = np.where(frame["coupon_type"] == "FIXED", frame["fixed_coupon"], floating).round(8)
    years = (frame["maturity"].to_numpy().astype("datetime64[D]") - np.datetime64(as_of)).astype(int) / 365.25
    # One percent a year amortises, the rest falls due at the end.
    frame["wal"] = np.maximum(years - 0.005 * years**2, 0.0).round(2)
    frame["market_value"] = state.price.round(3)
    frame["is_default_obligation"] = defaulted
    frame["date_of_default"] = state.default_date
    return frame
