-- What each investor of a fund was called for and was paid, year by year, with the fund's status as it was then.
select
    i.investor_id,
    i.investor_name,
    c.year,
    f.fund_status,
    l.currency,
    sum(l.capital_call_amount) as called,
    sum(l.distribution_amount) as distributed,
    sum(l.net_cash_flow) as net_cash_flow,
from marts.fact_cash_flows as l
inner join marts.dim_fund as f
    on
        l.organization_id = f.organization_id
        and l.fund_key = f.fund_key
left join marts.dim_investor as i
    on
        l.organization_id = i.organization_id
        and l.investor_key = i.investor_key
inner join marts.dim_date as c
    on l.date_id = c.date_id
where
    l.organization_id = $organization_id
    and l.fund_id = $fund_id
group by i.investor_id, i.investor_name, c.year, f.fund_status, l.currency
order by i.investor_id, c.year, f.fund_status
