"""What counts as a breach of a publication after spoilt files. Source: the module's own rule."""

from __future__ import annotations

import pytest

from tests.faults.published import Told, breaches

BEFORE = Told({("marts.fact_nav", "cedar"): (3, 7)})


@pytest.mark.parametrize(
    ("mart", "organization", "loads", "is_breach"),
    [
        ("marts.fact_nav", "new", {}, True),
        ("marts.fact_nav", "new", {"new": False}, True),
        ("marts.fact_nav", "new", {"new": True}, False),
        ("marts.fact_nav", "cedar", {"new": True}, True),
        ("marts.fact_nav", "cedar", {"_shared": True}, False),
        ("marts.fact_load_reconciliation", "new", {"new": False}, False),
        ("marts.fact_load_reconciliation", "new", {}, True),
        ("marts.dim_date", "", {}, True),
        ("marts.dim_date", "", {"new": False}, False),
    ],
)
def test_only_an_accepted_load_explains_what_a_publication_says_anew(
    mart: str, organization: str, loads: dict[str, bool], is_breach: bool
) -> None:
    after = Told({**BEFORE.rows, (mart, organization): (4, 8)})
    assert bool(breaches(BEFORE, after, loads)) == is_breach
