"""What is read of funds as known in measured states: the numbered temp tables and the queries over them. No arrays are made here.

A query of legs has series, fund, day, currency, is_foreign, first_amount and second_amount.
"""

from __future__ import annotations

INVESTED = ("PURCHASE", "FOLLOW_ON")
REALISED = ("PROCEEDS", "RETURN_OF_CAPITAL", "INCOME")
TOTAL = "_FUND_"  # in place of an investor: the whole fund

WANTED = """
create or replace temp table wanted as
select row_number() over (order by m.measured_id) - 1 as fund, m.*, f.base_currency,
    cast(power(10, c.minor_units) as integer) as scale, c.minor_units,
    cast(coalesce(left(f.fiscal_year_end, 2), '12') as integer) as fiscal_month, f.benchmark_index_id
from intermediate.int_fund__measured_states as m
inner join intermediate.int_fund__funds as f using (state_id, fund_id)
inner join seeds.currencies as c on f.base_currency = c.currency_code
where m.measured_id in (select unnest(?))
"""
PARTNERS = f"""
create or replace temp table partners as
select row_number() over (order by fund, investor_id) - 1 as partner, fund, investor_id
from (
    select fund, investor_id from intermediate.int_fund__cash_flows inner join wanted using (state_id, fund_id)
    union
    select fund, investor_id from intermediate.int_fund__commitment_events inner join wanted using (state_id, fund_id)
    union
    select fund, investor_id from intermediate.int_fund__capital_accounts inner join wanted using (state_id, fund_id)
    where investor_id <> '{TOTAL}'
)
"""
HOLDINGS = """
create or replace temp table holdings as
select row_number() over (order by fund, investment_id) - 1 as holding, fund, state_id, investment_id,
    investment_date, exit_date, coalesce(i.currency, base_currency) as currency
from intermediate.int_fund__investments as i inner join wanted using (state_id, fund_id)
"""
FLOWS = """
select p.partner as series, w.fund, c.event_date as day, c.currency, c.currency <> w.base_currency as is_foreign,
    c.capital_call_amount as first_amount, c.distribution_amount as second_amount, c.cash_flow_type, c.transaction_id
from intermediate.int_fund__cash_flows as c
inner join wanted as w using (state_id, fund_id) inner join partners as p using (fund, investor_id)
order by all
"""
COMMITMENTS = """
select p.partner as series, w.fund, e.event_date as day, e.currency, e.currency <> w.base_currency as is_foreign,
    e.committed as first_amount, cast(0 as decimal(24, 4)) as second_amount
from intermediate.int_fund__commitment_events as e
inner join wanted as w using (state_id, fund_id) inner join partners as p using (fund, investor_id)
where e.committed <> 0
order by all
"""
TRANSACTIONS = f"""
select h.holding as series, w.fund, t.event_date as day, coalesce(t.currency, h.currency) as currency,
    coalesce(t.currency, h.currency) <> w.base_currency as is_foreign,
    case when t.transaction_type in {INVESTED} then t.amount else 0 end as first_amount,
    case when t.transaction_type in {REALISED} then t.amount else 0 end as second_amount
from intermediate.int_fund__investment_transactions as t
inner join holdings as h using (state_id, investment_id) inner join wanted as w using (fund)
where t.transaction_type in {INVESTED + REALISED}
order by all
"""
# of two valuations of a day that are left side by side the one that was known last; after an exit nothing is held
FAIR_VALUES = """
select h.holding as series, w.fund, v.valuation_date as day, v.currency, v.currency <> w.base_currency as is_foreign,
    v.fair_value as first_amount, v.remaining_cost as second_amount
from intermediate.int_fund__fair_values as v
inner join holdings as h using (state_id, investment_id) inner join wanted as w using (fund)
where h.exit_date is null or v.valuation_date < h.exit_date
qualify row_number() over (partition by h.holding, v.valuation_date order by v.known_at desc, v.source_row desc) = 1
order by all
"""
ACCOUNTS = f"""
select coalesce(p.partner, w.fund) as series, p.partner is null as is_total, a.period_end as day,
    cast(a.nav * w.scale as bigint) as units
from intermediate.int_fund__capital_accounts as a
inner join wanted as w using (state_id, fund_id) left join partners as p using (fund, investor_id)
where a.nav is not null and (p.partner is not null or a.investor_id = '{TOTAL}')
order by all
"""
QUOTES = "select * from intermediate.int_fund__fx_quotes order by all"
