-- Daily NAVs of products with two share classes, and what the checks of a run a day found. Variables: organizations, products,
-- runs, last_month.
create temp table days as
select
    event_date,
    row_number() over (order by event_date desc) - 1 as n
from (select range::date as event_date from range(date '2015-01-01', last_day(getvariable('last_month')) + 1, interval 1 day))
where isodow(event_date) < 6
qualify n < getvariable('runs');

insert into marts.dim_product by name
select
    'house-' || p % getvariable('organizations') as organization_id,
    'product-' || lpad(p::varchar, 3, '0') as product_id,
    'fund' as product_type,
    'Product ' || p as product_name,
    ['ETF_EQUITY', 'BOND', 'BALANCED', 'MMF'][1 + p // 4 % 4] as subtype,
    'ACTIVE' as status,
    'USD' as currency,
    'DAILY' as nav_frequency,
    date '1900-01-01' as valid_from,
    'open' as valid_from_basis,
    true as is_current,
    false as is_deleted,
    timestamp '2025-01-02 06:00:00' as known_at,
    '20250102T060000000000-' || left(md5(organization_id), 12) as load_id,
    md5(organization_id || ':' || product_id) as product_key
from range(getvariable('products')) as t (p);

insert into marts.dim_share_class by name
select
    organization_id,
    product_id || '-' || lower(class_name) as share_class_id,
    product_id,
    class_name,
    currency,
    'ACTIVE' as status,
    date '1900-01-01' as valid_from,
    'open' as valid_from_basis,
    true as is_current,
    false as is_deleted,
    known_at,
    load_id,
    md5(organization_id || ':' || share_class_id) as share_class_key
from marts.dim_product
cross join (values ('A'), ('I')) as t (class_name);

-- one day in fifty was struck again
insert into marts.fact_nav by name
select
    md5(share_class_id || ':' || event_date || ':' || v) as nav_key,
    c.organization_id,
    product_key,
    product_id,
    share_class_key,
    share_class_id,
    event_date,
    strftime(event_date, '%Y%m%d')::integer as date_id,
    event_date as valuation_date,
    v::integer as version,
    v = versions as is_current,
    case when v = versions then 'PUBLISHED' else 'SUPERSEDED' end as status,
    v = versions as is_in_force,
    c.currency,
    c.currency as product_currency,
    1_000_000 + drawn(9_000_000, (share_class_id)) as shares_outstanding,
    (10 + drawn(10_000, (share_class_id, n)) / 1e3)::decimal(18, 4) as nav_per_share,
    nav_per_share * shares_outstanding as net_assets_class,
    net_assets_class * 2 as net_assets,
    net_assets * 1.01 as total_assets,
    total_assets - net_assets as total_liabilities,
    nav_per_share as nav_per_share_unrounded,
    2 as fair_value_level,
    'HOLDINGS/2' as method,
    md5(product_id || event_date || v) as strike_id,
    event_date::timestamp + interval 30 hour as known_at,
    md5(product_id || event_date) || '-20250102T060000' as state_id,
    event_date::timestamp + interval 31 hour as struck_at
from (select *, case when n % 50 = 7 then 2 else 1 end as versions from days) as d
cross join lateral unnest(range(1, versions::bigint + 1)) as u (v)
cross join marts.dim_share_class as c
inner join (select product_id, product_key from marts.dim_product) as p
    using (product_id)
order by event_date, product_id;

-- what the home's own run found, found again every working day: the mart is a view of it
insert into ops.quality_results by name
with found as (
    select
        *,
        row_number() over (order by checked_at, asset, check_name) as number,
    from ops.quality_results
)

select
    md5('run' || d.n) as run_id,
    d.event_date::timestamp + interval 30 hour + to_milliseconds((found.number * 50)::bigint) as checked_at,
    found.stage,
    found.asset,
    found.check_name,
    found.severity,
    found.scope,
    'house-' || drawn(getvariable('organizations'), (d.n, number)) as organization_id,
    found.entity_type,
    found.entity_id,
    case when drawn(200, (d.n, number, 'failed')) = 0 then 'failed' else 'passed' end as status,
    status = 'passed' as passed,
    found.observed,
    found.expected,
    found.message
from days as d
cross join found
order by d.event_date, number;
