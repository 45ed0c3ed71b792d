"""The hash of what is approved: one content, one hash. Rule: input-contracts 5.8, an approval is bound to its content."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.approvals.content import content_hash


def of(**fields: Any) -> str:
    return content_hash("CAPITAL_CALL", "CALL-7", fields)


def test_one_content_has_one_hash_however_it_is_written() -> None:
    assert of(amount=Decimal("10.50"), due=None) == of(due=None, amount=Decimal("10.5"))
    assert of(amount=Decimal("10")) == of(amount=10)
    noon = dt.datetime(2024, 6, 3, 12, tzinfo=dt.UTC)
    assert of(at=noon) == of(at=noon.astimezone(dt.timezone(dt.timedelta(hours=2))))
    assert of(purpose="Caf\u00e9") == of(purpose="Cafe\u0301")
    assert of(notices=({"id": "N1"},)) == of(notices=[{"id": "N1"}])


def test_contents_that_look_alike_have_different_hashes() -> None:
    alike = [
        of(due="2024-06-03"),
        of(due=dt.date(2024, 6, 3)),
        of(due=None),
        of(),
        of(due=["2024-06-03"]),
        of(due=1),
        of(due=True),
        of(due="1"),
        of(notices=["N1", "N2"]),
        of(notices=["N2", "N1"]),
        content_hash("DISTRIBUTION", "CALL-7", {}),
        content_hash("CAPITAL_CALL", "CALL-8", {}),
    ]
    assert len(set(alike)) == len(alike)


def test_floats_and_instants_without_a_zone_are_refused_by_their_path() -> None:
    with pytest.raises(TypeError, match=r"fields\.notices\[0\]\.amount: expected text, number.*found 0\.1"):
        of(notices=[{"amount": 0.1}])
    with pytest.raises(ValueError, match=r"fields\.at: expected an instant with its zone"):
        of(at=dt.datetime(2024, 6, 3, 12))
    with pytest.raises(ValueError, match="expected a finite number, found NaN"):
        of(amount=Decimal("NaN"))


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.dates() | st.text("ab1", max_size=2),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("xy"), inner, max_size=2),
    max_leaves=6,
)


@given(values, values)
def test_different_contents_have_different_hashes(one: Any, other: Any) -> None:
    def typed(value: Any) -> Any:
        # repr tells 1 from True and "1", and lists from mappings; keys in one order
        if isinstance(value, dict):
            return repr(sorted((key, typed(item)) for key, item in value.items())) + "mapping"
        return repr([typed(item) for item in value]) if isinstance(value, list) else repr(value)

    assert (of(value=one) == of(value=other)) == (typed(one) == typed(other))
