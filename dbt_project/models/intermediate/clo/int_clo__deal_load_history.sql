with deal_loads as (
    select * from {{ ref('int_clo__deal_loads') }}
),

horizons as (
    select * from {{ ref('int_clo__deal_horizons') }}
),

entity_status as (
    select * from {{ source('ops', 'deal_status') }}
),

findings as (
    select distinct
        load_id,
        entity_id as deal_id,
    from {{ ref('stg_weir__findings') }}
    where severity = 'critical' and scope = 'entity' and entity_type = 'deal'
),

in_force as (
    {{ knowledge_intervals('deal_loads', ['organization_id', 'deal_id', 'as_of']) }}
),

intervals as (
    select
        in_force.organization_id,
        in_force.deal_id,
        in_force.as_of,
        in_force.load_id,
        in_force.known_from,
        in_force.known_to,
        findings.load_id is not null as has_finding,
    from in_force
    left join findings
        on
            in_force.load_id = findings.load_id
            and in_force.deal_id = findings.deal_id
),

{{ shown_history(['organization_id', 'deal_id', 'as_of'], 'deal_id', 'load_id') }},

final as (
    select
        merged.organization_id,
        merged.deal_id,
        merged.as_of,
        merged.load_id,
        deal_loads.known_at,
        merged.known_from,
        merged.known_to,
    from merged
    inner join deal_loads
        on
            merged.load_id = deal_loads.load_id
            and merged.deal_id = deal_loads.deal_id
)

select * from final
