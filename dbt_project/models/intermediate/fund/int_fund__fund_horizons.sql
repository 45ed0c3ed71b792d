with funds as (
    select * from {{ ref('int_fund__funds') }}
),

run as (
    select * from {{ ref('int_feeds__run') }}
),

entity_status as (
    select * from {{ source('ops', 'fund_status') }}
),

entities as (
    select distinct
        organization_id,
        fund_id,
    from funds
),

{{ entity_horizons('fund_id') }}

select * from horizons
