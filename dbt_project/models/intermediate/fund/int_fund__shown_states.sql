with measured_states as (
    select * from {{ ref('int_fund__measured_states') }}
),

breaches as (
    select * from {{ ref('int_fund__breaches') }}
),

horizons as (
    select * from {{ ref('int_fund__fund_horizons') }}
),

entity_status as (
    select * from {{ source('ops', 'fund_status') }}
),

intervals as (
    select
        measured_states.organization_id,
        measured_states.fund_id,
        measured_states.measured_id,
        measured_states.known_from,
        measured_states.known_to,
        breaches.measured_id is not null as has_finding,
    from measured_states
    left join breaches
        on measured_states.measured_id = breaches.measured_id
),

{{ shown_history(['organization_id', 'fund_id'], 'fund_id', 'measured_id') }},

final as (
    select
        merged.organization_id,
        merged.fund_id,
        merged.measured_id,
        measured_states.state_id,
        merged.known_from,
        merged.known_to,
    from merged
    inner join measured_states
        on merged.measured_id = measured_states.measured_id
)

select * from final
