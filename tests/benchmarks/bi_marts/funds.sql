-- Funds with partners, calls and distributions over their life, and figures since inception. Variables: organizations, funds,
-- partners, events, investors, last_month.
insert into marts.dim_fund by name
select
    'house-' || f % getvariable('organizations') as organization_id,
    'FUND-' || lpad(f::varchar, 4, '0') as fund_id,
    'Fund ' || f as fund_name,
    ['BUYOUT', 'CREDIT', 'INFRA', 'VENTURE'][1 + f // 4 % 4] as fund_type,
    'STANDALONE' as structure_type,
    ['USD', 'USD', 'EUR', 'GBP'][1 + f // 16 % 4] as base_currency,
    2005 + f // 4 % 18 as vintage_year,
    make_date(vintage_year, 2, 15) as inception_date,
    (100e6 + drawn(900_000_000, (f)))::decimal(24, 4) as fund_size,
    case when v = 0 then 'INVESTING' else 'HARVESTING' end as fund_status,
    case when v = 0 then date '1900-01-01' else make_date(vintage_year + 2, 6, 30) end as valid_from,
    case when v = 0 then make_date(vintage_year + 2, 6, 30) end as valid_to,
    case when v = 0 then 'open' else 'as_of' end as valid_from_basis,
    v = 1 as is_current,
    false as is_deleted,
    timestamp '2025-01-02 06:00:00' as known_at,
    '20250102T060000000000-' || left(md5(organization_id), 12) as load_id,
    md5(fund_id || ':' || valid_from) as fund_key
from range(getvariable('funds')) as t (f)
cross join range(2) as u (v);

insert into marts.dim_investor by name
select
    'house-' || o as organization_id,
    'LP-' || lpad(i::varchar, 4, '0') as investor_id,
    'Investor ' || i as investor_name,
    ['INSTITUTION', 'FAMILY_OFFICE', 'FUND_OF_FUNDS', 'INDIVIDUAL'][1 + i % 4] as investor_type,
    ['North America', 'Europe', 'Asia'][1 + i % 3] as geography,
    case when v = 0 then 'PENDING' else 'APPROVED' end as kyc_status,
    case when v = 0 then date '1900-01-01' else date '2012-06-30' end as valid_from,
    case when v = 0 then date '2012-06-30' end as valid_to,
    case when v = 0 then 'open' else 'as_of' end as valid_from_basis,
    v = 1 as is_current,
    false as is_deleted,
    timestamp '2025-01-02 06:00:00' as known_at,
    '20250102T060000000000-' || left(md5(organization_id), 12) as load_id,
    md5(organization_id || ':' || investor_id || ':' || valid_from) as investor_key
from range(getvariable('organizations')) as t (o)
cross join range(getvariable('investors')) as s (i)
cross join range(2) as u (v);

create temp table funds as
select distinct
    organization_id,
    fund_id,
    base_currency,
    inception_date,
    right(fund_id, 4)::integer as fund,
    (last_day(getvariable('last_month')) - inception_date) // getvariable('events') as days_between
from marts.dim_fund;

-- as journals come: event by event, a leg for each partner
insert into marts.fact_cash_flows by name
select
    organization_id,
    fund_key,
    fund_id,
    investor_key,
    investor_id,
    fund_id || '-' || investor_id || '-1' as commitment_id,
    case when e % 2 = 0 then 'CAPITAL_CALL' else 'DISTRIBUTION' end as cash_flow_type,
    fund_id || case when e % 2 = 0 then '-C' else '-D' end || lpad((e // 2)::varchar, 3, '0') as event_id,
    event_id || '-' || investor_id as transaction_id,
    event_date,
    strftime(event_date, '%Y%m%d')::integer as date_id,
    base_currency as currency,
    base_currency,
    case when e % 2 = 0 then amount else 0 end as capital_call_amount,
    0 as outside_commitment_amount,
    case when e % 2 = 1 then amount * 2 else 0 end as distribution_amount,
    0 as tax_withheld,
    0 as recallable_amount,
    distribution_amount - capital_call_amount as net_cash_flow,
    event_date::timestamp + interval 30 hour as known_at,
    md5(fund_id) || '-20250102T060000' as state_id,
    '20250102T060000000000-' || left(md5(organization_id), 12) as load_id,
    case when e % 2 = 0 then 'Capital Call Notices' else 'Distribution Notices' end as source_sheet,
    (2 + e // 2 * getvariable('partners') + p)::integer as source_row,
    md5(transaction_id) as cash_flow_key
from (
    select
        *,
        (inception_date + (e * days_between)::integer)::date as event_date,
        'LP-' || lpad(((fund * 13 + p * 3) % getvariable('investors'))::varchar, 4, '0') as investor_id,
        (10_000 + drawn(90_000, (fund, p)) + drawn(100, (fund, e, p)) / 100)::decimal(24, 4) as amount
    from range(getvariable('events')) as t (e)
    cross join funds
    cross join range(getvariable('partners')) as u (p)
) as legs
inner join (select organization_id, fund_id, fund_key, valid_from as f_from, valid_to as f_to from marts.dim_fund) as f
    using (organization_id, fund_id)
inner join
    (select organization_id, investor_id, investor_key, valid_from as i_from, valid_to as i_to from marts.dim_investor) as i
    using (organization_id, investor_id)
where f_from <= event_date and (f_to > event_date or f_to is null) and i_from <= event_date and (i_to > event_date or i_to is null);

-- of every fund at quarter ends, of its partners at year ends
insert into marts.fact_fund_performance by name
select
    md5(fund_id || ':' || coalesce(investor_id, '-') || ':' || event_date) as fund_performance_key,
    organization_id,
    fund_key,
    fund_id,
    investor_key,
    investor_id,
    event_date,
    strftime(event_date, '%Y%m%d')::integer as date_id,
    q = 0 as is_current,
    base_currency as currency,
    1e6 * (1 + drawn(90, (fund, p))) as committed_capital,
    committed_capital * 0.4 as nav,
    'CAPITAL_ACCOUNTS' as nav_basis,
    committed_capital * 0.9 as called_capital,
    committed_capital * 1.1 as distributed_capital,
    nav as remaining_value,
    nav + distributed_capital as total_value,
    (drawn(3_000, (fund, p, q)) / 1e4 - 0.05) as irr,
    true as is_irr_annualised,
    total_value / called_capital as tvpi,
    distributed_capital / called_capital as dpi,
    nav / called_capital as rvpi,
    called_capital / committed_capital as pic,
    tvpi as moic,
    'NET' as net_or_gross,
    'DUE' as date_basis,
    'ACT/365F' as day_count,
    case when p = getvariable('partners') then 'ALL_PARTNERS' else 'ONE_PARTNER' end as included,
    'WITH' as facility,
    timestamp '2025-01-02 06:00:00' as known_at,
    md5(fund_id) || '-20250102T060000' as state_id
from (
    select
        *,
        last_day(getvariable('last_month') - to_months((3 * q)::integer)) as event_date,
        case
            when p < getvariable('partners')
                then 'LP-' || lpad(((fund * 13 + p * 3) % getvariable('investors'))::varchar, 4, '0')
        end as investor_id
    from range(40) as t (q)
    cross join funds
    cross join range(getvariable('partners') + 1) as u (p)
    where (q % 4 = 0 or p = getvariable('partners'))
) as figures
inner join (select organization_id, fund_id, fund_key, valid_from as f_from, valid_to as f_to from marts.dim_fund) as f
    using (organization_id, fund_id)
left join
    (
        select
            organization_id as i_house,
            investor_id as i_id,
            investor_key,
            valid_from as i_from,
            valid_to as i_to
        from marts.dim_investor
    ) as i
    on
        organization_id = i_house and investor_id = i_id
        and i_from <= event_date and (i_to > event_date or i_to is null)
where event_date >= inception_date and f_from <= event_date and (f_to > event_date or f_to is null);
