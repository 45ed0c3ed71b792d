"""Whose value is stated, whose is a share, and what a fund is worth then. Source: fund-admin 1.3, input-contracts 3."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from calculations.funds.performance import Histories, Legs, Points, Values
from calculations.funds.performance.partner_navs import NavRows, Stated, partner_navs

DAY = np.datetime64("2020-12-31", "D")
NONE = np.empty(0, dtype=np.int64)
NEVER = np.empty(0, dtype="datetime64[D]")


def values(units: dict[int, int], is_carried: bool = False) -> Values:
    return Values.of(
        np.array(list(units), dtype=np.int64),
        np.full(len(units), DAY),
        np.array(list(units.values()), dtype=np.int64),
        is_carried,
    )


def navs(
    partners: dict[int, int], own: int | None, fair: int | None, commitments: list[int]
) -> tuple[NavRows, NavRows]:
    """One fund; every partner committed a year before the day."""
    count = len(commitments)
    everyone = np.arange(count)
    committed = Legs(everyone, np.full(count, DAY - 365), np.array(commitments), np.zeros(count, dtype=np.int64))
    return partner_navs(
        np.zeros(count, dtype=np.int64),
        Histories.of(Legs(NONE, NEVER, NONE, NONE), count),
        Histories.of(committed, count),
        Stated(
            values(partners), values({} if own is None else {0: own}), values({} if fair is None else {0: fair}, True)
        ),
        Points(np.zeros(1, dtype=np.int64), np.full(1, DAY)),
    )


def test_stated_accounts_come_before_shares_and_sum_to_the_fund() -> None:
    of_partners, of_funds = navs({0: 60, 1: 45}, own=105, fair=200, commitments=[5, 5])
    assert of_partners.values.units.tolist() == [60, 45]
    assert of_partners.share.tolist() == ["STATED", "STATED"]
    assert (of_funds.values.units.tolist(), of_funds.source.tolist()) == ([105], ["CAPITAL_ACCOUNTS"])


def test_a_partner_without_account_has_nothing_where_the_others_are_the_fund() -> None:
    of_partners, _ = navs({0: 60}, own=60, fair=None, commitments=[5, 5])
    assert of_partners.values.units.tolist() == [60, 0]
    assert of_partners.values.reasons.tolist() == [None, None]


def test_a_partner_without_account_is_unknown_where_the_others_are_not_the_fund() -> None:
    of_partners, of_funds = navs({0: 60}, own=100, fair=None, commitments=[5, 5])
    assert of_partners.values.reasons.tolist() == [None, "NAV_MISSING"]
    assert of_funds.values.units.tolist() == [100]


def test_fair_values_are_shared_by_commitment() -> None:
    """Source: fund-admin M-3, 100 by 1:1:1 in whole units is 34, 33, 33."""
    of_partners, of_funds = navs({}, own=None, fair=100, commitments=[7, 7, 7])
    assert of_partners.values.units.tolist() == [34, 33, 33]
    assert set(zip(of_partners.source.tolist(), of_partners.share.tolist(), strict=True)) == {
        ("FAIR_VALUES", "COMMITMENT")
    }
    assert of_funds.source.tolist() == ["FAIR_VALUES"]


def test_nothing_stated_is_unknown_and_not_zero() -> None:
    of_partners, of_funds = navs({}, own=None, fair=None, commitments=[7])
    assert of_partners.values.reasons.tolist() == of_funds.values.reasons.tolist() == ["NAV_MISSING"]
    assert of_funds.source.tolist() == [None]


@given(
    own=st.none() | st.integers(-(10**12), 10**12),
    fair=st.integers(0, 10**12),
    commitments=st.lists(st.integers(1, 10**12), min_size=1, max_size=9),
)
def test_shares_sum_to_the_fund_whatever_the_commitments(own: int | None, fair: int, commitments: list[int]) -> None:
    of_partners, of_funds = navs({}, own, fair, commitments)
    assert of_partners.values.units.sum() == of_funds.values.units[0] == (fair if own is None else own)
