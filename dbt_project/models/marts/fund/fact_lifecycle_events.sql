with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
    where known_to is null
),

dim_fund as (
    select * from {{ ref('dim_fund') }}
),

lifecycle_states as (
    select * from {{ ref('int_fund__lifecycle_states') }}
),

calculated as (
    select * from {{ source('calc', 'fund_lifecycle_events') }}
),

final as (
    select
        {{ surrogate_key(['calculated.organization_id', 'calculated.event_id']) }} as lifecycle_event_key,
        calculated.organization_id,
        dim_fund.fund_key,
        calculated.fund_id,
        calculated.event_id,
        calculated.event_kind,
        calculated.entity_type,
        calculated.entity_id,
        calculated.event_date,
        {{ date_id('calculated.event_date') }} as date_id,
        calculated.message,
        calculated.is_news,
        lifecycle_states.known_from as known_at,
        calculated.state_id,
    from calculated
    inner join shown_states
        on
            calculated.state_id = shown_states.state_id
            and calculated.fund_id = shown_states.fund_id
    inner join lifecycle_states
        on calculated.lifecycle_id = lifecycle_states.lifecycle_id
    {{ join_version('dim_fund', 'calculated', 'event_date') }}
)

select * from final
