"""Notices of distributions: what each partner should have received, gross to net, beside what the workbook states. Carry is taken as stated; tiers are the waterfall's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from calculations.calendars import Flags
from calculations.daycount import Days, Ints
from calculations.exact.minor_units import rate_units
from calculations.funds.capital.commitments import Roll
from calculations.funds.capital.proceeds import DistributionLegs, participation, share_proceeds
from calculations.funds.capital.recallable import (
    RecallableReason,
    is_recallable,
    recallable_amounts,
    recallable_until,
    recycling_terms,
)
from calculations.funds.capital.terms import (
    DistributionTerms,
    RecallBasis,
    RecallTerms,
    read_distribution_terms,
)
from calculations.funds.capital.withholding import withholding_rate
from calculations.ragged import first_rows
from orchestration.assets.capital_calls import balances
from orchestration.assets.capital_frames import Frame
from orchestration.assets.capital_inputs import COMPONENT_COLUMNS, Inputs, governing, units
from orchestration.assets.capital_inputs import rate_units as rate_sql
from orchestration.assets.capital_terms import TermsRead, read_terms

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


@dataclass(frozen=True, eq=False)
class Distributions:
    """Distributions, their notices, and every commitment in force on the record date, in id order.

    `gross`, `withheld`, `net` and `recallable` are (legs,); `reason` (distributions,) the place in WHY, else -1;
    `until` (distributions,) the last day on which it may be recalled; `is_recall_known` (distributions,).
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
    _number(inputs)
    parts = ", ".join(f"sum({units(f'n.{name}', 'd.scale')}) as p{i}" for i, name in enumerate(COMPONENT_COLUMNS))
    frame = inputs.frame(
        f"""
        with stated as (
            select d.d, {parts}, sum({units("n.gross_distribution", "d.scale")}) as gross, max(n.income_class) as income_class
            from activity_distributions as d inner join activity_distribution_notices as n using (d)
            where n.notice_status <> 'CANCELLED' group by d.d
        ),
        terms as ({governing("DISTRIBUTION", "activity_distributions", "d", "distribution_date")}),
        recycling as (
            select d.d, arg_max(r, r.effective_date) as terms
            from activity_distributions as d inner join activity_funds as x on x.f = d.f
            inner join intermediate.int_fund__recycling_terms as r on r.state_id = x.state_id and r.fund_id = x.fund_id
                and r.class_code is null and r.effective_date <= d.distribution_date
            group by d.d
        )
        select d.*, s.* exclude (d), t.term_value as terms, r.terms.basis as recall_basis,
            r.terms.window_months as recall_months, cast(r.terms.cap_ratio as decimal(28, 12)) as recall_cap,
            r.terms.expires_with_investment_period as recall_with_period, r.terms.expiry_date as recall_expiry,
            x.investment_period_end
        from activity_distributions as d inner join activity_funds as x on x.f = d.f left join stated as s using (d)
        left join terms as t using (d) left join recycling as r using (d) order by d.d
        """
    )
    terms = read_terms("DISTRIBUTION", frame.texts("terms"), read_distribution_terms, DistributionTerms())
    legs = _legs(inputs, found)
    stated = np.stack([frame.ints(f"p{i}", 0) for i in range(len(COMPONENT_COLUMNS))], axis=1)
    components = np.column_stack([stated, frame.ints("gross", 0) - stated.sum(axis=1)])
    weights = participation(legs.ints("committed"), legs.ints("share_excused"))
    weight_of = np.bincount(legs.ints("d"), weights=weights, minlength=frame.size)
    rates, bad = _withholding(frame, legs, terms)
    reason = np.select(
        [frame.given("reverses_distribution_id"), weight_of == 0, bad],
        [WHY.index(REVERSAL), WHY.index(NO_PARTICIPANTS), WHY.index(BAD_TERMS)],
        -1,
    )
    of_leg = legs.ints("d")
    rates = np.where(components[of_leg] < 0, 0, rates)  # a loss bears no tax
    shared = share_proceeds(
        np.where((reason < 0)[:, None], components, 0),
        DistributionLegs(
            first_rows(np.bincount(of_leg, minlength=frame.size)),
            weights,
            rates,
            legs.ints("fee_offset"),
            legs.ints("carried_interest"),
        ),
    )
    recallable, until, recall_reason, errors = _recallable(frame, legs, shared.gross, terms)
    notices = inputs.frame(
        f"""
        select n.* exclude (scale), {", ".join(f"{units(f'n.{c}', 'n.scale')} as {c}_units" for c in _AMOUNTS)},
            coalesce(p.paid, 0) as paid_units
        from activity_distribution_notices as n
        left join (
            select n.n, sum({units("p.amount", "n.scale")} * case when p.reverses_payment_id is null then 1 else -1 end) as paid
            from activity_distribution_notices as n inner join activity_funds as x on x.f = n.f
            inner join intermediate.int_fund__payments as p on p.state_id = x.state_id
                and p.distribution_notice_id = n.notice_id and p.status = 'PAID' and p.value_date <= x.as_of
            group by n.n
        ) as p using (n)
        order by n.n
        """
    )
    size = inputs.commitments.size
    keys = of_leg * size + legs.ints("c")
    wanted = notices.ints("d") * size + notices.ints("c")
    place = np.minimum(np.searchsorted(keys, wanted), max(keys.size - 1, 0))
    leg_of_notice = np.where(keys[place] == wanted, place, -1) if keys.size else np.full(wanted.size, -1)
    return Distributions(
        frame,
        notices,
        legs,
        shared.gross.sum(axis=1),
        shared.withheld.sum(axis=1),
        shared.net,
        recallable,
        until,
        recall_reason,
        reason,
        leg_of_notice,
        notices.ints("paid_units"),
        terms,
        errors,
    )


_AMOUNTS = (
    *("gross_distribution", "management_fee_offset", "carried_interest", "tax_withholding", "net_distribution"),
    "recallable_amount",
)


def _number(inputs: Inputs) -> None:
    inputs.connection.execute(
        """
        create or replace temp table activity_distributions as
        select row_number() over (order by x.f, d.distribution_id) - 1 as d, x.f, d.distribution_id, d.distribution_number,
            d.distribution_date, coalesce(d.record_date, d.distribution_date) as record_date, d.distribution_type,
            d.investment_id, d.recallable_reason, d.reverses_distribution_id, d.distribution_status, d.known_at,
            coalesce(d.currency, x.base_currency) as currency, cast(power(10, m.minor_units) as integer) as scale,
            i.investment_date
        from activity_funds as x
        inner join intermediate.int_fund__distributions as d using (state_id, fund_id)
        inner join seeds.currencies as m on coalesce(d.currency, x.base_currency) = m.currency_code
        left join intermediate.int_fund__investments as i on i.state_id = x.state_id and i.investment_id = d.investment_id
        """
    )
    inputs.connection.execute(
        """
        create or replace temp table activity_distribution_notices as
        select row_number() over (order by d.d, c.c, n.notice_id) - 1 as n, d.d, d.f, c.c, c.investor_id, d.scale,
            n.* exclude (organization_id, state_id, feed_id, known_from, known_to, known_at),
            greatest(n.known_at, d.known_at) as newest_known_at
        from activity_distributions as d
        inner join activity_funds as x on x.f = d.f
        inner join intermediate.int_fund__distribution_notices as n
            on n.state_id = x.state_id and n.distribution_id = d.distribution_id
        inner join activity_commitments as c on c.f = d.f and c.commitment_id = n.commitment_id
        """
    )


def _legs(inputs: Inputs, found: Roll) -> Frame:
    """Commitments in the distribution's currency in force on the record date; an advance on carry is the GP's alone."""
    inputs.connection.register("commitment_balances", balances(found))
    legs = inputs.frame(
        f"""
        with reached as (
            select d.d, d.f, d.record_date, d.distribution_date, d.investment_id, c.c, c.investor_id, c.commitment_id, d.scale,
                coalesce(d.investment_date, d.record_date) as participation_date
            from activity_distributions as d
            inner join activity_commitments as c on c.f = d.f and c.currency = d.currency
                and c.commitment_date <= d.record_date and (d.distribution_type <> 'TAX_ADVANCE' or c.is_gp)
        ),
        weighed as (
            select r.*, b.committed, coalesce(p.recallable, 0) as recallable from reached as r
            asof inner join commitment_balances as b on b.c = r.c and b.day <= r.record_date
            asof left join commitment_balances as p on p.c = r.c and p.day < r.distribution_date
        ),
        excused as (
            select w.d, w.c, arg_max(e.share_excused, (case when e.commitment_id is null then 0 else 1000000 end)
                + (e.effective_date - date '1900-01-01')) as share_excused
            from weighed as w inner join activity_funds as x on x.f = w.f
            inner join intermediate.int_fund__excuses as e on e.state_id = x.state_id
                and e.investment_id = w.investment_id and e.investor_id = w.investor_id
                and (e.commitment_id is null or e.commitment_id = w.commitment_id)
                and e.effective_date <= w.participation_date
            group by all
        ),
        letters as (
            select w.d, w.c, arg_max(l.value_rate, (case when l.commitment_id is null then 0 else 1000000 end)
                + (l.effective_date - date '1900-01-01')) as rate
            from weighed as w inner join activity_funds as x on x.f = w.f
            inner join intermediate.int_fund__side_letters as l on l.state_id = x.state_id and l.fund_id = x.fund_id
                and l.investor_id = w.investor_id and l.provision = 'WITHHOLDING' and l.value_rate is not null
                and (l.commitment_id is null or l.commitment_id = w.commitment_id)
                and l.effective_date <= w.distribution_date
                and (l.expiry_date is null or l.expiry_date > w.distribution_date)
            group by all
        ),
        deducted as (
            select d, c, sum({units("management_fee_offset", "scale")}) as fee_offset,
                sum({units("carried_interest", "scale")}) as carried_interest
            from activity_distribution_notices where notice_status <> 'CANCELLED' group by all
        )
        select w.d, w.c, w.f, w.committed, w.recallable, {rate_sql("coalesce(e.share_excused, 0)")} as share_excused,
            coalesce(k.fee_offset, 0) as fee_offset, coalesce(k.carried_interest, 0) as carried_interest,
            dense_rank() over (order by i.jurisdiction, i.default_withholding_rate, l.rate) - 1 as taxed_as,
            i.jurisdiction, i.default_withholding_rate, l.rate as letter_rate
        from weighed as w inner join activity_funds as x on x.f = w.f
        left join intermediate.int_fund__investors as i on i.state_id = x.state_id and i.investor_id = w.investor_id
        left join excused as e on e.d = w.d and e.c = w.c
        left join letters as l on l.d = w.d and l.c = w.c
        left join deducted as k on k.d = w.d and k.c = w.c
        where w.committed > 0 order by w.d, w.c
        """
    )
    inputs.connection.unregister("commitment_balances")
    return legs


def _withholding(frame: Frame, legs: Frame, terms: TermsRead[DistributionTerms]) -> tuple[Ints, Flags]:
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


def _recallable(
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
