"""Rows of distribution notices: gross to net as computed and as stated, and what has been paid. Nothing is calculated here."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import numpy as np
import pyarrow as pa

from calculations.calendars import Flags
from calculations.daycount import Ints
from calculations.exact.minor_units import in_money
from calculations.money import minor_unit
from orchestration.assets.capital_distribution_terms import CANCELLED, NOT_REACHED, WHY
from orchestration.assets.capital_distributions import Distributions
from orchestration.assets.capital_findings import Difference
from orchestration.assets.capital_frames import codes, days, money, table
from orchestration.assets.capital_inputs import KEYS, Inputs

DISTRIBUTIONS = "calc.distribution_notices"
STATUSES = ("PENDING", "PAID", "CANCELLED")


def distribution_table(inputs: Inputs, found: Distributions) -> pa.Table:
    """Rows of calc.distribution_notices."""
    notices, of = found.notices, found.notices.ints("d")
    scale, why = found.frame.ints("scale")[of], reasons(found)
    is_known = why < 0
    recall_why = np.where(is_known, found.recall_reason[of], why)
    stated = {name: notices.ints(f"{name}_units") for name in _STATED}
    return table(
        {
            **inputs.funds.columns(KEYS, notices.ints("f")),
            **found.frame.columns(
                (
                    *(
                        "distribution_id",
                        "distribution_number",
                        "distribution_date",
                        "record_date",
                        "distribution_type",
                    ),
                    *("investment_id", "currency"),
                ),
                of,
            ),
            **notices.columns(("notice_id", "commitment_id", "investor_id")),
            **{
                name: money(computed(found, values), scale, is_known)
                for name, values in (
                    ("gross_distribution", found.gross),
                    ("tax_withholding", found.withheld),
                    ("net_distribution", found.net),
                )
            },
            **{f"{name}_stated": money(stated[name], scale) for name in _STATED},
            "net_difference": money(stated["net_distribution"] - computed(found, found.net), scale, is_known),
            "computed_reason": codes(why, WHY),
            "recallable_amount": money(computed(found, found.recallable), scale, recall_why < 0),
            "recallable_reason": codes(recall_why, WHY),
            "recallable_until": days(found.until[of]),
            "recallable_until_stated": notices.column("recallable_until"),
            "paid_amount": money(found.paid, scale),
            "outstanding_amount": money(_outstanding(found), scale),
            "notice_status": codes(status(inputs, found), STATUSES),
            "notice_status_stated": notices.column("notice_status"),
            **notices.columns(("payment_date", "load_id", "source_sheet", "source_row")),
            "known_at": notices.column("newest_known_at"),
        }
    )


_STATED = (
    *("gross_distribution", "management_fee_offset", "carried_interest", "tax_withholding", "net_distribution"),
    "recallable_amount",
)


def reasons(found: Distributions) -> Ints:
    """The place in WHY of why a notice cannot be computed, -1 where it can."""
    of_distribution = found.reason[found.notices.ints("d")]
    missing = (of_distribution < 0) & (found.leg_of_notice < 0)
    cancelled = np.array([text == "CANCELLED" for text in found.notices.texts("notice_status")], dtype=np.bool_)
    return np.select([cancelled, missing], [WHY.index(CANCELLED), WHY.index(NOT_REACHED)], of_distribution)


def computed(found: Distributions, of_legs: Ints) -> Ints:
    """An amount of the legs for each notice; zero where there is none."""
    return np.where(reasons(found) < 0, np.append(of_legs, 0)[found.leg_of_notice], 0)


def status(inputs: Inputs, found: Distributions) -> Ints:
    """The place in STATUSES: cancelled with the distribution, paid once the net amount is, else pending. Source: fund-admin D-7."""
    notices, of = found.notices, found.notices.ints("d")
    cancelled = np.array([text == "CANCELLED" for text in found.frame.texts("distribution_status")], np.bool_)[of]
    cancelled |= np.array([text == "CANCELLED" for text in notices.texts("notice_status")], np.bool_)
    as_of = inputs.funds.days("as_of")[notices.ints("f")]
    has_come = found.frame.days("distribution_date")[of] <= as_of
    is_paid = has_come & (found.paid >= notices.ints("net_distribution_units"))
    return np.select([cancelled, is_paid], [STATUSES.index("CANCELLED"), STATUSES.index("PAID")], 0)


def _outstanding(found: Distributions) -> Ints:
    owed = np.array([text != "CANCELLED" for text in found.notices.texts("notice_status")], np.bool_)
    return np.where(owed, np.maximum(found.notices.ints("net_distribution_units") - found.paid, 0), 0)


def distribution_findings(inputs: Inputs, found: Distributions) -> Iterator[tuple[int, Difference]]:
    """Fund number and finding: notices that are not as computed, recallable amounts beyond the terms, statuses, terms."""
    notices, of = found.notices, found.notices.ints("d")
    units = [minor_unit(len(str(scale)) - 1) for scale in found.frame.ints("scale").tolist()]
    currencies, when = found.frame.texts("currency"), found.frame.days("distribution_date").tolist()
    ids, funds, why = notices.texts("notice_id"), notices.ints("f").tolist(), reasons(found)
    is_live = np.array([text != "CANCELLED" for text in notices.texts("notice_status")], np.bool_)
    for code, name, values, where in (
        ("DISTRIBUTION_GROSS", "gross_distribution", found.gross, why < 0),
        ("DISTRIBUTION_TAX", "tax_withholding", found.withheld, why < 0),
        ("DISTRIBUTION_NET", "net_distribution", found.net, why < 0),
        ("RECALLABLE_AMOUNT", "recallable_amount", found.recallable, (why < 0) & (found.recall_reason[of] < 0)),
    ):
        stated, expected = notices.ints(f"{name}_units"), computed(found, values)
        for row in np.flatnonzero(is_live & where & (stated != expected)).tolist():
            number = int(of[row])
            amount, wanted = in_money(stated[row], units[number]), in_money(expected[row], units[number])
            yield funds[row], Difference(
                code, "warning", "DISTRIBUTION_NOTICE", str(ids[row]),
                f"notice {ids[row]}: expected {name} of {wanted}, found {amount}",
                when[number], currencies[number], amount, wanted,
            )  # fmt: skip
    yield from recipient_findings(found, is_live)
    derived, stated_status = status(inputs, found), notices.texts("notice_status")
    for row, place in enumerate(derived.tolist()):
        if STATUSES[place] != stated_status[row]:
            number = int(of[row])
            net = in_money(notices.ints("net_distribution_units")[row], units[number])
            yield funds[row], Difference(
                "DISTRIBUTION_STATUS", "warning", "DISTRIBUTION_NOTICE", str(ids[row]),
                f"notice {ids[row]}: expected {STATUSES[place]} by its payments, found {stated_status[row]}",
                when[number], currencies[number], net, in_money(found.paid[row], units[number]),
            )  # fmt: skip
    for fund, message in found.errors:
        yield fund, Difference("BAD_TERMS", "warning", "FUND", "RECALLABLE", message)
    for place, message in found.terms.errors.items():
        for fund in np.unique(found.frame.ints("f")[found.terms.of_row == place]).tolist():
            yield fund, Difference("BAD_TERMS", "warning", "FUND", "DISTRIBUTION", message)


def recipient_findings(found: Distributions, is_live: Flags) -> Iterator[tuple[int, Difference]]:
    """Holders on the record date who have no notice, and notices to who is no holder then. Source: fund-admin D-5."""
    notices, legs, frame = found.notices, found.legs, found.frame
    units = [minor_unit(len(str(scale)) - 1) for scale in frame.ints("scale").tolist()]
    ids, currencies, records = frame.texts("distribution_id"), frame.texts("currency"), frame.days("record_date")
    when, funds = frame.days("distribution_date").tolist(), frame.ints("f").tolist()

    def difference(d: int, commitment: str | None, stated: Decimal, expected: Decimal) -> tuple[int, Difference]:
        return funds[d], Difference(
            "DISTRIBUTION_RECIPIENT", "warning", "DISTRIBUTION", str(ids[d]),
            f"distribution {ids[d]}: expected {expected} to commitment {commitment}, by what it held on the record "
            f"date {records[d]}, found {stated}",
            when[d], currencies[d], stated, expected,
        )  # fmt: skip

    is_noticed = np.zeros(legs.size, dtype=np.bool_)
    is_noticed[found.leg_of_notice[is_live & (found.leg_of_notice >= 0)]] = True
    missing = ~is_noticed & (found.gross != 0) & (found.reason[legs.ints("d")] < 0)
    holders = legs.texts("commitment_id")
    for row in np.flatnonzero(missing).tolist():
        d = int(legs.ints("d")[row])
        yield difference(d, holders[row], in_money(0, units[d]), in_money(found.gross[row], units[d]))
    stated = notices.ints("gross_distribution_units")
    is_stranger = is_live & (stated != 0) & (reasons(found) == WHY.index(NOT_REACHED))
    recipients = notices.texts("commitment_id")
    for row in np.flatnonzero(is_stranger).tolist():
        d = int(notices.ints("d")[row])
        yield difference(d, recipients[row], in_money(stated[row], units[d]), in_money(0, units[d]))
