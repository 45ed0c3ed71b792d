with asset_events as (
    select * from {{ ref('stg_clo__asset_events') }}
),

final as (
    {{ fold_loads('asset_events', ['asset_id', 'event_date', 'kind', 'scenario'], ['terms', 'source']) }}
)

select * from final
