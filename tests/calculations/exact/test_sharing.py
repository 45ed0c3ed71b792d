"""Many totals shared at once, against the plain reading of M-3 and CC-2 one total after the other."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.exact.products import exact
from calculations.exact.sharing import Shortfall, allocate_many, allocate_rows, allocate_total, pro_rata_capped
from tests.calculations.exact import plain

weights_of_one = st.lists(st.integers(0, 10**13), min_size=1, max_size=8).filter(lambda weights: sum(weights) > 0)
cases = st.lists(st.tuples(st.integers(-(10**14), 10**14), weights_of_one), min_size=1, max_size=5)


def packed(groups: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
    """Lists one after the other, and where each begins."""
    offsets = np.concatenate([[0], np.cumsum([len(group) for group in groups])]).astype(np.int64)
    return np.array([value for group in groups for value in group], dtype=np.int64), offsets


def test_v14_three_equal_commitments_share_a_million_first_by_id() -> None:
    # fund-admin V14
    parts = allocate_many(np.array([100_000_000]), np.array([0, 3]), np.array([5, 5, 5]))
    assert parts.tolist() == [33_333_334, 33_333_333, 33_333_333]


@given(cases)
def test_many_totals_are_shared_as_each_alone(cases: list[tuple[int, list[int]]]) -> None:
    weights, offsets = packed([group for _, group in cases])
    parts = allocate_many(np.array([total for total, _ in cases]), offsets, weights)
    assert parts.tolist() == [part for total, group in cases for part in plain.shared_out(total, group)]


@given(
    st.lists(st.integers(-(10**15), 10**15), min_size=1, max_size=4),
    st.lists(st.integers(0, 10**17), min_size=1, max_size=7).filter(any),
)
def test_rows_are_shared_out_as_single_totals_are(totals: list[int], weights: list[int]) -> None:
    expected = [plain.shared_out(total, weights) for total in totals]
    assert allocate_rows(np.array(totals), np.array(weights)).tolist() == expected


any_length = st.one_of(st.integers(0, 100), st.integers(2**63 - 2, 2**64 + 2), st.integers(0, 10**30))


@given(
    st.builds(lambda size, sign: sign * size, any_length, st.sampled_from([1, -1])),
    st.lists(any_length, min_size=1, max_size=7).filter(any),
)
def test_totals_and_weights_of_any_length_are_shared_alike(total: int, weights: list[int]) -> None:
    assert allocate_total(total, exact(weights)).tolist() == plain.shared_out(total, weights)


@given(st.lists(st.lists(st.just(7), max_size=5), min_size=1, max_size=6), st.integers(0, 30))
def test_of_legs_that_tie_the_earlier_ones_get_the_units(groups: list[list[int]], total: int) -> None:
    weights, offsets = packed(groups)
    totals = np.array([total if group else 0 for group in groups])
    expected = [part for group in groups if group for part in plain.shared_out(total, group)]
    assert allocate_many(totals, offsets, weights).tolist() == expected


def test_weights_whose_sum_leaves_64_bits_are_shared_by() -> None:
    weights = [2**62, 2**62, 2**62 + 1]
    assert allocate_total(10, np.array(weights)).tolist() == plain.shared_out(10, weights)


def test_products_beyond_64_bits_are_exact() -> None:
    # 9e15 x 3e15 / (3e15 + 3e15 - 1): the remainder decides, and a double does not hold it
    weights = [3 * 10**15, 3 * 10**15 - 1]
    parts = allocate_many(np.array([9 * 10**15]), np.array([0, 2]), np.array(weights))
    assert parts.tolist() == plain.shared_out(9 * 10**15, weights)


def test_what_cannot_be_shared_is_refused_by_its_place() -> None:
    with pytest.raises(ValueError, match="more than zero to share out total 1, 7"):
        allocate_many(np.array([3, 7]), np.array([0, 1, 2]), np.array([1, 0]))
    with pytest.raises(ValueError, match="weights must be >= 0, found -1"):
        allocate_many(np.array([3]), np.array([0, 2]), np.array([1, -1]))
    with pytest.raises(ValueError, match="offsets must rise from 0 to the 2 legs"):
        allocate_many(np.array([3]), np.array([0, 1]), np.array([1, 1]))


def test_the_excess_over_a_cap_goes_to_the_others_by_weight() -> None:
    # 300 by 1:1:2 is 75, 75, 150; the cap of 50 sends 25 on by 1:2 (8 1/3, 16 2/3): 83, 167
    assert pro_rata_capped(
        np.array([300]), np.array([0, 3]), np.array([1, 1, 2]), np.array([50, 900, 900])
    ).tolist() == [
        50,
        83,
        167,
    ]


def test_an_excess_may_make_the_next_cap_bind() -> None:
    # 90 by 1:1:1 is 30 each; the cap of 10 lifts the others to 40, where 35 binds: 10, 35, 45
    assert pro_rata_capped(np.array([90]), np.array([0, 3]), np.array([1, 1, 1]), np.array([10, 35, 99])).tolist() == [
        10,
        35,
        45,
    ]


def test_a_total_above_all_caps_is_refused_with_what_is_missing() -> None:
    with pytest.raises(Shortfall) as raised:
        pro_rata_capped(np.array([10, 100]), np.array([0, 1, 3]), np.array([1, 1, 1]), np.array([10, 40, 35]))
    assert raised.value.missing == {1: 25}  # 100 - 40 - 35


def test_room_of_a_leg_without_weight_is_no_room() -> None:
    with pytest.raises(Shortfall) as raised:
        pro_rata_capped(np.array([10]), np.array([0, 2]), np.array([1, 0]), np.array([4, 99]))
    assert raised.value.missing == {0: 6}


capped_cases = st.lists(
    st.lists(st.tuples(st.integers(0, 10**12), st.integers(0, 10**9)), min_size=1, max_size=8).flatmap(
        lambda legs: st.tuples(st.just(legs), st.integers(0, sum(cap for weight, cap in legs if weight)))
    ),
    min_size=1,
    max_size=4,
)


@given(capped_cases)
def test_capped_shares_are_the_whole_below_every_cap_and_those_of_the_plain_reading(
    cases: list[tuple[list[tuple[int, int]], int]],
) -> None:
    weights, offsets = packed([[weight for weight, _ in legs] for legs, _ in cases])
    caps, _ = packed([[cap for _, cap in legs] for legs, _ in cases])
    totals = np.array([total for _, total in cases])
    parts = pro_rata_capped(totals, offsets, weights, caps)
    assert [int(parts[a:b].sum()) for a, b in pairwise(offsets)] == totals.tolist()
    assert (parts <= caps).all()
    assert (parts >= 0).all()
    assert parts.tolist() == [
        part
        for legs, total in cases
        for part in plain.capped(total, [weight for weight, _ in legs], [cap for _, cap in legs])
    ]
