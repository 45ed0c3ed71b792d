with deal_loads as (
    select * from {{ ref('int_clo__deal_loads') }}
),

run as (
    select * from {{ ref('int_feeds__run') }}
),

entity_status as (
    select * from {{ source('ops', 'deal_status') }}
),

entities as (
    select distinct
        organization_id,
        deal_id,
    from deal_loads
),

{{ entity_horizons('deal_id') }}

select * from horizons
