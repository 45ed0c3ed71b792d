with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
    where known_to is null
),

lifecycle_states as (
    select * from {{ ref('int_fund__lifecycle_states') }}
),

calculated as (
    select * from {{ source('calc', 'fund_status_moves') }}
),

final as (
    select
        {{ surrogate_key([
            'calculated.organization_id',
            'calculated.state_id',
            'calculated.move_number',
        ]) }} as status_event_key,
        calculated.organization_id,
        calculated.fund_id,
        calculated.entity_type,
        calculated.entity_id,
        calculated.basis,
        calculated.sequence,
        calculated.from_status,
        calculated.to_status,
        cast(calculated.occurred_at as date) as event_date,
        {{ date_id('calculated.occurred_at') }} as date_id,
        calculated.occurred_at,
        calculated.actor,
        calculated.reason,
        calculated.rule_code is null as is_legal,
        calculated.rule_code,
        calculated.message,
        calculated.before_row,
        calculated.after_row,
        calculated.known_at,
        calculated.state_id,
    from calculated
    inner join lifecycle_states
        on calculated.lifecycle_id = lifecycle_states.lifecycle_id
    left join shown_states
        on
            calculated.state_id = shown_states.state_id
            and calculated.fund_id = shown_states.fund_id
    -- what leads to no fund is shown as known now: nothing can hold it
    where shown_states.state_id is not null or (calculated.fund_id is null and lifecycle_states.known_to is null)
)

select * from final
