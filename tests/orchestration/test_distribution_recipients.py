"""Who is to be paid is who holds the commitment on the record date. Amounts of notices are tested in calculations."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from calculations.funds.capital.terms import DistributionTerms
from orchestration.assets.capital_distribution_rows import recipient_findings
from orchestration.assets.capital_distributions import Distributions
from orchestration.assets.capital_frames import Frame
from orchestration.assets.capital_terms import TermsRead

RECORD, PAID = dt.date(2021, 12, 1), dt.date(2022, 1, 3)


def frame(**columns: list[Any]) -> Frame:
    return Frame(pa.table(columns))


def distributed(holders: dict[str, int], noticed: dict[str, int]) -> Distributions:
    """One distribution in USD cents: what each holder on the record date should have, and what notices give to whom."""
    legs, notices = list(holders), list(noticed)
    nothing = np.zeros(len(legs), dtype=np.int64)
    leg_of_notice = np.array([legs.index(code) if code in legs else -1 for code in notices], dtype=np.int64)
    return Distributions(
        frame=frame(
            f=[0], distribution_id=["d"], distribution_date=[PAID], record_date=[RECORD], currency=["USD"], scale=[100]
        ),
        notices=frame(
            d=[0] * len(notices),
            commitment_id=notices,
            notice_status=["PENDING"] * len(notices),
            gross_distribution_units=list(noticed.values()),
        ),
        legs=frame(d=[0] * len(legs), commitment_id=legs),
        gross=np.array(list(holders.values()), dtype=np.int64),
        withheld=nothing,
        net=nothing,
        recallable=nothing,
        until=np.array([np.datetime64("NaT")], dtype="datetime64[D]"),
        recall_reason=np.array([-1]),
        reason=np.array([-1]),
        leg_of_notice=leg_of_notice,
        paid=np.zeros(len(notices), dtype=np.int64),
        terms=TermsRead([DistributionTerms()], np.zeros(1, dtype=np.int64), {}),
        errors=(),
    )


def findings(found: Distributions) -> list[tuple[str, Decimal | None, Decimal | None]]:
    live = np.ones(found.notices.size, dtype=np.bool_)
    return [(each.rule_code, each.stated, each.computed) for _, each in recipient_findings(found, live)]


def test_a_notice_to_every_holder_on_the_record_date_leaves_nothing_to_say() -> None:
    assert findings(distributed({"c-1": 60_000, "c-2": 40_000}, {"c-1": 60_000, "c-2": 40_000})) == []


def test_a_transferee_paid_for_a_record_date_before_its_transfer_is_named_with_who_should_have_been() -> None:
    found = distributed({"c-1": 60_000, "c-2": 40_000}, {"c-new": 60_000, "c-2": 40_000})
    assert findings(found) == [
        ("DISTRIBUTION_RECIPIENT", Decimal("0.00"), Decimal("600.00")),
        ("DISTRIBUTION_RECIPIENT", Decimal("600.00"), Decimal("0.00")),
    ]
    messages = [each.message for _, each in recipient_findings(found, np.ones(found.notices.size, dtype=np.bool_))]
    assert messages[0] == (
        "distribution d: expected 600.00 to commitment c-1, by what it held on the record date 2021-12-01, found 0.00"
    )


def test_who_has_no_part_needs_no_notice() -> None:
    assert findings(distributed({"c-1": 60_000, "c-excused": 0}, {"c-1": 60_000})) == []
