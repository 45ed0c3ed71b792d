with history as (
    select * from {{ ref('int_clo__deal_load_history') }}
),

final as (
    select
        organization_id,
        deal_id,
        as_of,
        load_id,
        known_at,
        known_from,
        as_of = max(as_of) over (partition by organization_id, deal_id) as is_current,
    from history
    where known_to is null
)

select * from final
