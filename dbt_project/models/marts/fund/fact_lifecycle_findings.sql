with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
    where known_to is null
),

lifecycle_states as (
    select * from {{ ref('int_fund__lifecycle_states') }}
),

calculated as (
    select * from {{ source('calc', 'fund_lifecycle_findings') }}
),

final as (
    select
        {{ surrogate_key([
            'calculated.organization_id',
            'calculated.state_id',
            'calculated.finding_number',
        ]) }} as lifecycle_finding_key,
        calculated.organization_id,
        calculated.fund_id,
        calculated.environment,
        calculated.rule_code,
        calculated.severity,
        calculated.entity_type,
        calculated.entity_id,
        calculated.message,
        lifecycle_states.as_of as event_date,
        {{ date_id('lifecycle_states.as_of') }} as date_id,
        lifecycle_states.known_from as known_at,
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
