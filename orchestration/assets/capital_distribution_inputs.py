"""Distributions, their notices and who has part in them on the record date, out of the warehouse. Sharing them out is in `capital_distributions`."""

from __future__ import annotations

from calculations.funds.capital.commitments import Roll
from orchestration.assets.capital_calls import balances
from orchestration.assets.capital_frames import Frame
from orchestration.assets.capital_inputs import COMPONENT_COLUMNS, Inputs, governing, units
from orchestration.assets.capital_inputs import rate_units as rate_sql

_AMOUNTS = (
    *("gross_distribution", "management_fee_offset", "carried_interest", "tax_withholding", "net_distribution"),
    "recallable_amount",
)


def distributions(inputs: Inputs) -> Frame:
    """Distributions with the components that their notices state, and the terms in force on their date."""
    parts = ", ".join(f"sum({units(f'n.{name}', 'd.scale')}) as p{i}" for i, name in enumerate(COMPONENT_COLUMNS))
    return inputs.frame(
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


def notices(inputs: Inputs) -> Frame:
    """Notices of distributions, in the order of their commitments, with what has been paid on each."""
    return inputs.frame(
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


def number(inputs: Inputs) -> None:
    """Numbers distributions and notices, for the queries here."""
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


def legs(inputs: Inputs, found: Roll) -> Frame:
    """Commitments in the distribution's currency in force on the record date; an advance on carry is the GP's alone."""
    inputs.connection.register("commitment_balances", balances(found))
    found_legs = inputs.frame(
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
        select w.d, w.c, w.f, w.commitment_id, w.committed, w.recallable, {rate_sql("coalesce(e.share_excused, 0)")} as share_excused,
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
    return found_legs
