with findings as (
    select * from {{ ref('stg_weir__findings') }}
    where severity = 'critical' and scope = 'entity' and entity_type = 'fund'
),

measured_states as (
    select * from {{ ref('int_fund__measured_states') }}
),

state_loads as (
    select distinct
        state_id,
        load_id,
    from {{ ref('int_feeds__state_loads') }}
),

final as (
    select
        measured_states.organization_id,
        measured_states.fund_id,
        measured_states.measured_id,
        min_by(findings.code, findings.message) as rule_code,
        min(findings.message) as message,
    from findings
    inner join state_loads
        on findings.load_id = state_loads.load_id
    inner join measured_states
        on
            state_loads.state_id = measured_states.state_id
            and findings.entity_id = measured_states.fund_id
    group by measured_states.organization_id, measured_states.fund_id, measured_states.measured_id
)

select * from final
