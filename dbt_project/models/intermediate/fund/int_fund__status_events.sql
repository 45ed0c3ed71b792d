with status_events as (
    select * from {{ ref('stg_fund__status_events') }}
),

final as (
    {{ sheet_states('status_events', 'fund_status_events', ['entity_type', 'entity_id', 'sequence']) }}
)

select * from final
