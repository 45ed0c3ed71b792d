with deals as (
    select * from {{ ref('stg_clo__deals') }}
),

loads as (
    select * from {{ ref('int_feeds__loads_known') }}
),

owned as (
    select
        loads.load_id,
        loads.organization_id,
        deals.deal_id,
        deals.deal_name,
        deals.template_generation,
        deals.analysis_date,
        loads.organization_name,
        loads.feed_id,
        loads.as_of,
        loads.known_at,
        loads.withdrawn_at,
        deals.source_sheet,
        -- the feed that stated a deal first owns it
        first_value(loads.feed_id) over (
            partition by loads.organization_id, deals.deal_id
            order by loads.known_at, loads.load_id
        ) as owner_feed_id,
    from deals
    inner join loads
        on deals.load_id = loads.load_id
),

final as (
    select
        load_id,
        organization_id,
        deal_id,
        deal_name,
        template_generation,
        analysis_date,
        organization_name,
        feed_id,
        as_of,
        known_at,
        withdrawn_at,
        source_sheet,
    from owned
    where feed_id = owner_feed_id
)

select * from final
