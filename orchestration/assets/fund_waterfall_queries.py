"""What the waterfall reads of a fund's sheets, one query each, amounts in minor units. Giving rows to their funds is in `fund_waterfall_inputs`."""

from __future__ import annotations

# Partners are commitments that may be called, numbered in the order of their ids.
_PARTNERS = """
    with funds as (
        select f.state_id, f.fund_id, f.base_currency, f.gp_investor_id, power(10, c.minor_units)::integer as units_per
        from intermediate.int_fund__funds as f
        inner join seeds.currencies as c on f.base_currency = c.currency_code
        where f.state_id in (select unnest($states))
    ),
    partners as (
        select c.*, funds.units_per, funds.base_currency, funds.gp_investor_id,
            row_number() over (partition by c.state_id, c.fund_id order by c.commitment_id) - 1 as place
        from intermediate.int_fund__commitments as c
        inner join funds using (state_id, fund_id)
        where c.status in ('ACTIVE', 'SUSPENDED', 'TRANSFERRED', 'TERMINATED')
    )
"""
_SIGN = "case when n.reverses_notice_id is not null or k.reverses_call_id is not null then -1 else 1 end"
QUERIES = {
    "funds": f"""
        {_PARTNERS}
        select f.state_id, f.fund_id, f.organization_id, f.base_currency, f.inception_date, f.investment_period_end,
            f.gp_investor_id, c.minor_units, k.known_at
        from intermediate.int_fund__funds as f
        inner join funds using (state_id, fund_id)
        inner join seeds.currencies as c on f.base_currency = c.currency_code
        inner join (
            select state_id, max(known_at) as known_at from intermediate.int_feeds__state_loads group by state_id
        ) as k on f.state_id = k.state_id
        order by all
    """,
    "partners": f"""
        {_PARTNERS}
        select state_id, fund_id, place, commitment_id, investor_id, class_code, commitment_type, known_at,
            coalesce(i.is_gp, false) or not coalesce(i.is_carry_paying, true)
                or p.investor_id = coalesce(p.gp_investor_id, '') as is_free_of_carry,
            cast((p.commitment_amount + coalesce(m.change, 0)) * p.units_per as bigint) as committed,
            coalesce(p.currency, p.base_currency) <> p.base_currency as is_foreign
        from partners as p
        left join (select state_id, fund_id, class_code, is_gp, is_carry_paying
            from intermediate.int_fund__investor_classes) as i using (state_id, fund_id, class_code)
        left join (
            select state_id, commitment_id, sum(new_amount - old_amount) as change
            from intermediate.int_fund__commitment_modifications where modification_type <> 'TRANSFER' group by all
        ) as m using (state_id, commitment_id)
        order by state_id, fund_id, place
    """,
    # a reversal counts on the day of what it reverses, as if it had never been called
    "calls": f"""
        {_PARTNERS}
        select p.state_id, p.fund_id, p.place, n.notice_id, k.call_id, k.investment_id, k.facility_transaction_id,
            coalesce(r.due_date, rk.due_date, n.due_date, k.due_date) as due_date,
            coalesce(r.payment_date, n.payment_date) as paid_date,
            coalesce(r.line_draw_date, n.line_draw_date) as line_draw_date,
            {_SIGN} * cast((n.call_amount - coalesce(n.outside_commitment_portion, 0)) * p.units_per as bigint) as amount,
            {_SIGN} * cast(coalesce(n.management_fee_portion, 0) * p.units_per as bigint) as fee,
            {_SIGN} * cast(coalesce(n.investment_portion, 0) * p.units_per as bigint) as invested,
            {_SIGN} * cast(coalesce(n.line_repayment_portion, 0) * p.units_per as bigint) as repaid,
            coalesce(k.currency, p.base_currency) <> p.base_currency as is_foreign
        from intermediate.int_fund__capital_call_notices as n
        inner join intermediate.int_fund__capital_calls as k using (state_id, call_id)
        inner join partners as p using (state_id, commitment_id)
        left join intermediate.int_fund__capital_call_notices as r
            on n.state_id = r.state_id and n.reverses_notice_id = r.notice_id
        left join intermediate.int_fund__capital_calls as rk
            on n.state_id = rk.state_id and coalesce(r.call_id, k.reverses_call_id) = rk.call_id
        where k.call_status in ('ISSUED', 'SETTLED') and n.notice_status not in ('CANCELLED', 'WAIVED')
        order by p.state_id, p.fund_id, k.call_id, p.place
    """,
    # what was paid out and taken back was never paid out
    "distributions": f"""
        {_PARTNERS}
        select p.state_id, p.fund_id, p.place, d.distribution_id, d.distribution_date, d.distribution_type,
            d.investment_id, coalesce(d.record_date, d.distribution_date) as record_date,
            cast(n.gross_distribution * p.units_per as bigint) as amount,
            cast(coalesce(n.carried_interest, 0) * p.units_per as bigint) as carry_stated,
            coalesce(d.currency, p.base_currency) <> p.base_currency as is_foreign
        from intermediate.int_fund__distribution_notices as n
        inner join intermediate.int_fund__distributions as d using (state_id, distribution_id)
        inner join partners as p using (state_id, commitment_id)
        where d.distribution_status <> 'CANCELLED' and n.notice_status <> 'CANCELLED'
            and d.reverses_distribution_id is null
            and (d.state_id, d.distribution_id) not in (
                select (state_id, reverses_distribution_id) from intermediate.int_fund__distributions
                where reverses_distribution_id is not null and distribution_status <> 'CANCELLED'
            )
        order by p.state_id, p.fund_id, d.distribution_id, p.place
    """,
    "transactions": f"""
        {_PARTNERS}
        select i.state_id, i.fund_id, t.transaction_id, t.investment_id, t.transaction_type, t.event_date,
            cast(t.amount * funds.units_per as bigint) as amount,
            cast(t.cost_relieved * funds.units_per as bigint) as cost_relieved,
            coalesce(t.is_permanent, false) as is_permanent, t.call_id, t.distribution_id,
            coalesce(t.currency, funds.base_currency) <> funds.base_currency as is_foreign
        from intermediate.int_fund__investment_transactions as t
        inner join intermediate.int_fund__investments as i using (state_id, investment_id)
        inner join funds on i.state_id = funds.state_id and i.fund_id = funds.fund_id
        order by i.state_id, i.fund_id, t.event_date, t.transaction_id
    """,
    "values": f"""
        {_PARTNERS}
        select v.state_id, v.fund_id, v.investment_id, v.valuation_date,
            cast(v.fair_value * funds.units_per as bigint) as fair_value,
            cast(v.remaining_cost * funds.units_per as bigint) as remaining_cost, v.currency <> v.base_currency as is_foreign
        from intermediate.int_fund__fair_values as v
        inner join funds using (state_id, fund_id)
        qualify row_number() over (
            partition by v.state_id, v.investment_id, v.valuation_date order by v.source_row desc
        ) = 1
        order by v.state_id, v.fund_id, v.investment_id, v.valuation_date
    """,
    "accounts": f"""
        {_PARTNERS}
        select a.state_id, a.fund_id, a.investor_id, a.period_end,
            cast(a.nav * funds.units_per as bigint) as nav,
            cast(a.accrued_carry * funds.units_per as bigint) as accrued_carry
        from intermediate.int_fund__capital_accounts as a
        inner join funds using (state_id, fund_id)
        order by a.state_id, a.fund_id, a.period_end, a.investor_id
    """,
    "ledger": f"""
        {_PARTNERS}
        select l.state_id, l.fund_id, l.entry_id, l.entry_type, l.event_date, l.distribution_id, l.investment_id,
            l.investor_id,
            cast(l.amount * funds.units_per as bigint) as amount
        from intermediate.int_fund__carry_ledger as l
        inner join funds using (state_id, fund_id)
        order by l.state_id, l.fund_id, l.event_date, l.entry_id
    """,
    # what a later closing moves is of everything but management fees, which have a true-up
    "reallocations": f"""
        {_PARTNERS}
        select p.state_id, p.fund_id, p.place, r.original_notice_id, r.reallocation_id, r.line_number,
            cast(r.amount * p.units_per as bigint) as amount,
            (p.state_id, p.fund_id, r.effective_date) in (
                select (state_id, fund_id, closing_date) from intermediate.int_fund__closings
                where status = 'COMPLETED' and closing_type <> 'INITIAL'
            ) as is_of_closing
        from intermediate.int_fund__reallocations as r
        inner join partners as p using (state_id, commitment_id)
        order by all
    """,
    "transfers": f"""
        {_PARTNERS}
        select p.state_id, p.fund_id, p.place as giver, q.place as taker, t.transfer_id, t.transfer_type, t.effective_date,
            t.fraction, cast(t.amount * p.units_per as bigint) as amount
        from intermediate.int_fund__transfers as t
        inner join partners as p using (state_id, commitment_id)
        left join partners as q on t.state_id = q.state_id and t.new_commitment_id = q.commitment_id
        where t.status = 'COMPLETED'
        order by t.state_id, t.effective_date, t.transfer_id
    """,
    "excuses": f"""
        {_PARTNERS}
        select p.state_id, p.fund_id, p.place, e.investment_id, e.share_excused
        from intermediate.int_fund__excuses as e
        inner join partners as p
            on e.state_id = p.state_id and e.investor_id = p.investor_id
                and coalesce(e.commitment_id, p.commitment_id) = p.commitment_id
        order by all
    """,
    "draws": f"""
        {_PARTNERS}
        select distinct p.state_id, p.fund_id, f.facility_transaction_id, f.investment_id
        from intermediate.int_fund__facility_transactions as f
        inner join partners as p using (state_id)
        where f.investment_id is not null
        order by all
    """,
    "terms": f"""
        {_PARTNERS}
        select t.state_id, t.fund_id, 'Fund Terms' as sheet, t.term_id as stated_id, t.term_value as structure,
            t.effective_date, t.expiry_date, t.class_code, t.investor_id
        from intermediate.int_fund__terms as t inner join funds using (state_id, fund_id)
        where t.term_type = 'WATERFALL'
        union all
        select w.state_id, w.fund_id, 'Waterfall Configs', w.config_id, w.structure, w.effective_date, w.expiry_date,
            w.class_code, null
        from intermediate.int_fund__waterfall_configs as w inner join funds using (state_id, fund_id)
        where w.is_active
        union all
        select i.state_id, i.fund_id, 'Investor Classes', i.class_code, i.waterfall_structure, date '1900-01-01', null,
            i.class_code, null
        from intermediate.int_fund__investor_classes as i inner join funds using (state_id, fund_id)
        where i.waterfall_structure is not null
        order by all
    """,
    "letters": f"""
        {_PARTNERS}
        select s.state_id, s.fund_id, s.side_letter_id, s.investor_id, s.commitment_id, s.provision, s.value_rate,
            s.effective_date, s.expiry_date
        from intermediate.int_fund__side_letters as s
        inner join funds using (state_id, fund_id)
        where s.provision in ('CARRY_RATE', 'HURDLE') and s.value_rate is not null
        order by all
    """,
}
LARGE = ("calls", "distributions")
