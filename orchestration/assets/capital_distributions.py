"""Notices of distributions: what each partner should have received, gross to net, beside what the workbook states. Carry is taken as stated; tiers are the waterfall's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calculations.daycount import Days, Ints
from calculations.funds.capital.commitments import Roll
from calculations.funds.capital.proceeds import DistributionLegs, participation, share_proceeds
from calculations.funds.capital.terms import DistributionTerms, read_distribution_terms
from calculations.ragged import first_rows
from orchestration.assets.capital_distribution_inputs import distributions, legs, notices, number
from orchestration.assets.capital_distribution_terms import (
    BAD_TERMS,
    NO_PARTICIPANTS,
    REVERSAL,
    WHY,
    recallable_of,
    withholding,
)
from orchestration.assets.capital_frames import Frame
from orchestration.assets.capital_inputs import COMPONENT_COLUMNS, Inputs
from orchestration.assets.capital_terms import TermsRead, read_terms


@dataclass(frozen=True, eq=False)
class Distributions:
    """Distributions, their notices, and every commitment in force on the record date, in id order.

    `gross`, `withheld`, `net` and `recallable` are (legs,); the others (distributions,): `reason` the place in WHY, else
    -1, `until` the last day on which it may be recalled, `recall_reason` why that is not known, as `reason`.
    `leg_of_notice` and `paid` are (notices,).
    """

    frame: Frame
    notices: Frame
    legs: Frame
    gross: Ints
    withheld: Ints
    net: Ints
    recallable: Ints
    until: Days
    recall_reason: Ints
    reason: Ints
    leg_of_notice: Ints
    paid: Ints
    terms: TermsRead[DistributionTerms]
    errors: tuple[tuple[int, str], ...]


def compute_distributions(inputs: Inputs, found: Roll) -> Distributions:
    """Share out every distribution again among those in force on its record date. Source: fund-admin D-1 to D-5."""
    number(inputs)
    frame = distributions(inputs)
    terms = read_terms("DISTRIBUTION", frame.texts("terms"), read_distribution_terms, DistributionTerms())
    reached = legs(inputs, found)
    stated = np.stack([frame.ints(f"p{i}", 0) for i in range(len(COMPONENT_COLUMNS))], axis=1)
    components = np.column_stack([stated, frame.ints("gross", 0) - stated.sum(axis=1)])
    weights = participation(reached.ints("committed"), reached.ints("share_excused"))
    weight_of = np.bincount(reached.ints("d"), weights=weights, minlength=frame.size)
    rates, bad = withholding(frame, reached, terms)
    reason = np.select(
        [frame.given("reverses_distribution_id"), weight_of == 0, bad],
        [WHY.index(REVERSAL), WHY.index(NO_PARTICIPANTS), WHY.index(BAD_TERMS)],
        -1,
    )
    of_leg = reached.ints("d")
    rates = np.where(components[of_leg] < 0, 0, rates)  # a loss bears no tax
    shared = share_proceeds(
        np.where((reason < 0)[:, None], components, 0),
        DistributionLegs(
            first_rows(np.bincount(of_leg, minlength=frame.size)),
            weights,
            rates,
            reached.ints("fee_offset"),
            reached.ints("carried_interest"),
        ),
    )
    recallable, until, recall_reason, errors = recallable_of(frame, reached, shared.gross, terms)
    noticed = notices(inputs)
    size = inputs.commitments.size
    keys = of_leg * size + reached.ints("c")
    wanted = noticed.ints("d") * size + noticed.ints("c")
    place = np.minimum(np.searchsorted(keys, wanted), max(keys.size - 1, 0))
    leg_of_notice = np.where(keys[place] == wanted, place, -1) if keys.size else np.full(wanted.size, -1)
    return Distributions(
        frame,
        noticed,
        reached,
        shared.gross.sum(axis=1),
        shared.withheld.sum(axis=1),
        shared.net,
        recallable,
        until,
        recall_reason,
        reason,
        leg_of_notice,
        noticed.ints("paid_units"),
        terms,
        errors,
    )
