-- Deals of CLOs with five years of monthly workbooks, made by set operations from running numbers alone: the same numbers make
-- the same marts. Shares and levels are plausible, not real. Variables: organizations, deals, assets, positions, months,
-- periods, test_dates, last_month.
insert into marts.dim_organization by name
select
    case when i = getvariable('organizations') then '_shared' else 'house-' || i end as organization_id,
    organization_id as organization_name,
    false as is_name_stated,
    organization_id = '_shared' as is_shared,
    timestamp '2025-01-02 06:00:00' as known_at
from range(getvariable('organizations') + 1) as t (i);

create temp table months as
select
    i::integer as month,
    last_day(getvariable('last_month') - to_months((getvariable('months') - 1 - i)::integer)) as event_date
from range(getvariable('months')) as t (i);

-- every asset has one to eight versions, each valid for as many months
create temp table asset_versions as
select
    a as asset,
    'house-' || a % getvariable('organizations') as organization_id,
    'LX' || lpad(a::varchar, 6, '0') as asset_id,
    v as version,
    versions,
    case when v = 0 then date '1900-01-01' else opening.event_date end as valid_from,
    closing.event_date as valid_to,
    md5(asset_id || ':' || valid_from) as asset_key
from (select range as a, 1 + drawn(8, (range)) as versions from range(getvariable('assets'))) as t
cross join lateral unnest(range(versions::bigint)) as u (v)
inner join months as opening on opening.month = v * getvariable('months') // versions
left join months as closing on v + 1 < versions and closing.month = (v + 1) * getvariable('months') // versions;

insert into marts.dim_asset by name
select
    asset_key,
    organization_id,
    asset_id,
    'Issuer ' || asset * 9 // 10 || ' Term Loan B' as issue_name,
    'Issuer ' || asset * 9 // 10 as issuer_name,
    'I' || asset * 9 // 10 as issuer_id,
    'Loan' as bond_loan,
    1e6 + drawn(4_000_000, (asset, 'par')) as par_amount,
    date '2025-06-30' + (drawn(2_500, (asset, 'maturity')))::integer as maturity,
    'Floating' as coupon_type,
    4 as payment_frequency,
    0.025 + drawn(300, (asset, 'spread')) / 1e4 as coupon_spread,
    0.0075 as libor_floor,
    'SOFR' as index_name,
    'Industry ' || drawn(35, (asset * 9 // 10, 'industry')) as moodys_industry,
    'Sector ' || drawn(68, (asset * 9 // 10, 'sector')) as sp_industry,
    'Senior Secured' as moodys_asset_category,
    ['United States', 'United States', 'United States', 'Canada', 'Germany', 'Netherlands'][1 + drawn(6, (asset, 'country'))]
        as country,
    ['Senior Secured', 'Senior Secured', 'Senior Secured', 'Second Lien'][1 + drawn(4, (asset, 'lien'))] as seniority,
    drawn(100, (asset, version, 'default')) = 0 as is_default_obligation,
    drawn(25, (asset, 'revolver')) = 0 as is_revolver,
    drawn(10, (asset, 'cov-lite')) < 7 as is_cov_lite,
    'USD' as currency,
    80 + drawn(2_000, (asset, version, 'price')) / 1e2 as market_value,
    ['Ba2', 'Ba3', 'B1', 'B2', 'B2', 'B3', 'B3', 'Caa1'][1 + drawn(8, (asset, version, 'rating'))] as moodys_rating,
    ['BB', 'BB-', 'B+', 'B', 'B', 'B-', 'B-', 'CCC+'][1 + drawn(8, (asset, version, 'rating'))] as sp_facility_rating,
    valid_from,
    valid_to,
    case when version = 0 then 'open' else 'as_of' end as valid_from_basis,
    valid_to is null as is_current,
    false as is_deleted,
    coalesce(valid_from, date '2020-01-31')::timestamp + interval 30 hour as known_at,
    md5(valid_from::varchar) as load_id
from asset_versions;

create temp table deal_versions as
select
    d as deal,
    'house-' || d % getvariable('organizations') as organization_id,
    'DEAL-' || lpad(d::varchar, 3, '0') as deal_id,
    v as version,
    case when v = 0 then date '1900-01-01' else date '2020-06-30' + to_months((18 * v + d % 12)::integer) end::date as valid_from,
    case when v < 2 then date '2020-06-30' + to_months((18 * (v + 1) + d % 12)::integer) end::date as valid_to,
    md5(deal_id || ':' || valid_from) as deal_key
from range(getvariable('deals')) as t (d)
cross join range(3) as u (v);

insert into marts.dim_deal by name
select
    deal_key,
    organization_id,
    deal_id,
    'Deal ' || deal || ' CLO' as deal_name,
    'Manager ' || organization_id as collateral_manager_name,
    date '2020-01-15' as closing_date,
    date '2031-01-15' as stated_maturity_date,
    5e8 as target_par_amount,
    3 as payment_frequency_months,
    ['RAMP_UP', 'REINVESTING', 'AMORTISING'][1 + version] as deal_status_code,
    valid_from,
    valid_to,
    case when version = 0 then 'open' else 'as_of' end as valid_from_basis,
    valid_to is null as is_current,
    false as is_deleted,
    timestamp '2025-01-02 06:00:00' as known_at
from deal_versions;

-- a deal holds assets of its own house, each month's workbook some of the last one's and some others
create temp table positions as
select
    d as deal,
    (d * 97 + p * 13) % (getvariable('assets') // getvariable('organizations')) * getvariable('organizations')
    + d % getvariable('organizations') as asset,
    p as position
from range(getvariable('deals')) as t (d)
cross join range(getvariable('positions')) as u (p);

insert into marts.fact_deal_holdings by name
select
    md5(deal_id || ':' || asset_id || ':' || event_date) as holding_key,
    organization_id,
    deal_key,
    deal_id,
    asset_key,
    asset_id,
    event_date,
    strftime(event_date, '%Y%m%d')::integer as date_id,
    month = getvariable('months') - 1 as is_current,
    'USD' as currency,
    1e6 + drawn(3_000_000, (asset, deal, month // 6)) as par,
    80 + drawn(2_000, (asset, month)) / 1e2 as market_price_pct,
    par * market_price_pct / 100 as market_value,
    drawn(100, (asset, a.version, 'default')) = 0 as is_default_obligation,
    1 as line_count,
    event_date::timestamp + interval 30 hour as known_at,
    strftime(event_date, '%Y%m%d') || 'T060000000000-' || left(md5(deal_id), 12) as load_id,
    'Deal Collateral' as source_sheet,
    position as source_row
from months
cross join positions
inner join deal_versions as d
    using (deal)
inner join asset_versions as a
    using (organization_id, asset)
where
    d.valid_from <= event_date and (d.valid_to > event_date or d.valid_to is null)
    and a.valid_from <= event_date and (a.valid_to > event_date or a.valid_to is null)
order by month, deal;

insert into marts.fact_asset_cash_flows by name
select
    h.organization_id,
    h.deal_key,
    h.deal_id,
    h.asset_key,
    h.asset_id,
    scenario_id,
    (1 + p)::integer as period,
    h.event_date,
    h.date_id,
    true as is_current,
    last_day(h.event_date + to_months((3 * (1 + p))::integer)) as payment_date,
    last_day(h.event_date + to_months((3 * p)::integer)) as accrual_start_date,
    payment_date as accrual_end_date,
    h.currency,
    0.045 + drawn(300, (h.asset_id)) / 1e4 as coupon_rate,
    h.par * (1 - p / getvariable('periods')) as beginning_balance,
    beginning_balance * coupon_rate / 4 as interest_payment,
    h.par / getvariable('periods') * 0.2 as scheduled_principal,
    h.par / getvariable('periods') * 0.75 as unscheduled_principal,
    h.par / getvariable('periods') * 0.05 as default_amount,
    default_amount * 0.6 as recoveries,
    default_amount - recoveries as net_loss,
    0 as purchases,
    0 as sales,
    default_amount as default_balance,
    default_amount * 0.6 as mv_default_balance,
    interest_payment + scheduled_principal + unscheduled_principal + recoveries as total_cash_flow,
    h.par * (1 - (1 + p) / getvariable('periods')) as ending_balance,
    h.known_at,
    h.load_id,
    md5(h.holding_key || scenario_id || payment_date) as asset_cash_flow_key
from marts.fact_deal_holdings as h
cross join range(getvariable('periods')) as t (p)
cross join (values ('base'), ('stress')) as s (scenario_id)
where h.is_current;

insert into marts.fact_compliance_results by name
select
    md5(deal_id || ':' || t.test_number || ':' || event_date) as compliance_result_key,
    organization_id,
    deal_key,
    deal_id,
    event_date,
    strftime(event_date, '%Y%m%d')::integer as date_id,
    n = 0 as is_current,
    t.test_number,
    t.test_number < 39 as is_listed,
    t.test_number as sequence,
    5e8 as denominator,
    drawn(10_000, (deal, t.test_number, n)) / 1e4 as result,
    result * 5e8 as numerator,
    case when is_listed then 0.05 end as threshold,
    t.direction,
    case when is_listed then drawn(20, (deal, t.test_number, n, 'passed')) > 0 end as passed,
    drawn(10_000, (deal, t.test_number, n + 1)) / 1e4 as previous_value,
    case when not is_listed then 'no limit is stated' end as reason,
    event_date::timestamp + interval 30 hour as known_at,
    strftime(event_date, '%Y%m%d') || 'T060000000000-' || left(md5(deal_id), 12) as load_id
from (
    select
        n,
        (last_day(getvariable('last_month')) - (14 * n)::integer)::date as event_date
    from range(getvariable('test_dates')) as u (n)
) as dates
cross join deal_versions as d
cross join marts.dim_compliance_test as t
where d.valid_from <= event_date and (d.valid_to > event_date or d.valid_to is null)
order by n desc, deal;
