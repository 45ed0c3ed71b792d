with deal_loads as (
    select * from {{ ref('int_clo__deal_loads') }}
),

run as (
    select * from {{ ref('int_feeds__run') }}
),

entity_status as (
    select * from {{ source('ops', 'entity_status') }}
    where entity_type = 'deal'
),

deals as (
    select distinct
        organization_id,
        deal_id,
    from deal_loads
),

newest_status as (
    select
        organization_id,
        entity_id as deal_id,
        status,
        last_good_known_at,
    from entity_status
    qualify
        row_number() over (
            partition by organization_id, entity_id
            order by recorded_at desc, last_good_known_at desc nulls last
        ) = 1
),

final as (
    select
        deals.organization_id,
        deals.deal_id,
        coalesce(newest_status.status, 'current') as status,
        case
            when newest_status.status = 'held' then newest_status.last_good_known_at
            when newest_status.status = 'never_published' then null
            else run.known_at
        end as horizon_known_at,
    from deals
    -- 1:1, the run context has one row
    cross join run
    left join newest_status
        on
            deals.organization_id = newest_status.organization_id
            and deals.deal_id = newest_status.deal_id
)

select * from final
