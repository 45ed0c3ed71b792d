"""What the terms say of each leg of a distribution: tax withheld, and what may be called again. Sharing out is in `capital_distributions`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from calculations.calendars import Flags
from calculations.daycount import Days, Ints
from calculations.exact.minor_units import rate_units
from calculations.funds.capital.recallable import (
    RecallableReason,
    is_recallable,
    recallable_amounts,
    recallable_until,
    recycling_terms,
)
from calculations.funds.capital.terms import DistributionTerms, RecallBasis, RecallTerms
from calculations.funds.capital.withholding import withholding_rate
from calculations.ragged import first_rows
from orchestration.assets.capital_frames import Frame
from orchestration.assets.capital_terms import TermsRead

REVERSAL, NO_PARTICIPANTS, BAD_TERMS, NOT_REACHED, FEES_BASIS, CANCELLED = WHY = (
    "REVERSAL",
    "NO_PARTICIPANTS",
    "BAD_TERMS",
    "COMMITMENT_NOT_IN_FORCE",
    "FEES_NOT_KNOWN",
    "CANCELLED",
)
# The components of a notice, and last what it states no component of, such as an advance on carry.
_CLASSES = ("RETURN_OF_CAPITAL", "GAIN", "INCOME", None)
_ELIGIBLE = {
    RecallBasis.COST: np.array([1, 0, 0, 0], dtype=np.int64),
    RecallBasis.PROCEEDS: np.array([1, 1, 0, 0], dtype=np.int64),
    RecallBasis.ALL: np.array([1, 1, 1, 1], dtype=np.int64),
}


def withholding(frame: Frame, legs: Frame, terms: TermsRead[DistributionTerms]) -> tuple[Ints, Flags]:
    """The rate withheld of each leg's components, (legs, 4), and distributions whose rules contradict each other."""
    partners = legs.table.select(["taxed_as", "jurisdiction", "default_withholding_rate", "letter_rate"])
    kinds = {row["taxed_as"]: row for row in partners.group_by(partners.column_names).aggregate([]).to_pylist()}
    classes, of_class = np.unique([text or "" for text in frame.texts("income_class")], return_inverse=True)
    of_leg = legs.ints("d")
    combined = (terms.of_row[of_leg] * max(classes.size, 1) + of_class[of_leg]) * (len(kinds) + 1) + legs.ints(
        "taxed_as"
    )
    different, number = np.unique(combined, return_inverse=True)
    rates = np.zeros((different.size, len(_CLASSES)), dtype=np.int64)
    is_bad = np.zeros(different.size, dtype=np.bool_)
    for place, code in enumerate(different.tolist()):
        rest, taxed_as = divmod(code, len(kinds) + 1)
        term, income_class = divmod(rest, max(classes.size, 1))
        partner = kinds[taxed_as]
        try:
            rates[place] = rate_units(
                withholding_rate(
                    terms.different[term].withholding,
                    (classes[income_class] or name) if name == "INCOME" else name,
                    partner["jurisdiction"],
                    is_return_of_capital=name in ("RETURN_OF_CAPITAL", None),
                    investor_default=partner["default_withholding_rate"],
                    side_letter=partner["letter_rate"],
                )
                for name in _CLASSES
            )
        except ValueError:
            is_bad[place] = True  # two rules for one class: the distribution is given a reason instead of a figure
    bad = np.zeros(frame.size, dtype=np.bool_)
    bad[of_leg[is_bad[number]]] = True
    return rates[number].reshape(-1, len(_CLASSES)), bad


def recallable_of(
    frame: Frame, legs: Frame, gross: Ints, terms: TermsRead[DistributionTerms]
) -> tuple[Ints, Days, Ints, tuple[tuple[int, str], ...]]:
    """What of each leg may be called again, the last day of each distribution, why it is not known, and what was wrong."""
    recallable = np.zeros(legs.size, dtype=np.int64)
    until = np.full(frame.size, np.datetime64("NaT"), dtype="datetime64[D]")
    reason, errors = np.full(frame.size, -1), []
    starts = first_rows(np.bincount(legs.ints("d"), minlength=frame.size))
    committed, already = legs.ints("committed"), legs.ints("recallable")
    flagged = [d for d, text in enumerate(frame.texts("recallable_reason")) if text not in (None, "NONE")]
    rows = frame.table.take(flagged).to_pylist() if flagged else []
    for d, row in zip(flagged, rows, strict=True):
        try:
            recall = _recall_terms(row, terms.different[terms.of_row[d]])
            why = RecallableReason(row["recallable_reason"])
            is_quick = (
                why is RecallableReason.QUICK_RETURN
            )  # the months of the terms count from what is returned quickly
            allowed = recall is not None and is_recallable(
                recall,
                why,
                row["distribution_date"],
                row["investment_date"] if is_quick else None,
                row["investment_period_end"],
            )
            last_day = recallable_until(recall, row["investment_period_end"]) if allowed and recall else None
        except ValueError as error:
            reason[d] = WHY.index(BAD_TERMS)
            errors.append((row["f"], f"distribution {row['distribution_id']}: {error}"))
            continue
        if recall is None or not allowed:
            continue
        if recall.basis is RecallBasis.FEES_AND_EXPENSES:
            reason[d] = WHY.index(FEES_BASIS)
            continue
        at = slice(int(starts[d]), int(starts[d + 1]))
        cap = None if recall.cap_share is None else int(rate_units([recall.cap_share])[0])
        eligible = np.maximum(gross[at] @ _ELIGIBLE[recall.basis], 0)
        recallable[at] = recallable_amounts(eligible, committed[at], already[at], cap)
        until[d] = np.datetime64("NaT") if last_day is None else np.datetime64(last_day, "D")
    return recallable, until, reason, tuple(errors)


def _recall_terms(row: Mapping[str, Any], terms: DistributionTerms) -> RecallTerms | None:
    """The Recycling Terms sheet governs; the recallable part of the DISTRIBUTION terms where it is silent."""
    if row["recall_basis"] is None:
        return terms.recallable
    return recycling_terms(
        RecallBasis(row["recall_basis"]),
        row["recall_months"],
        row["recall_cap"],
        bool(row["recall_with_period"]),
        row["recall_expiry"],
    )
