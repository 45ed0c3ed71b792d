with reports as (
    select * from {{ ref('int_gl__reports') }}
),

funds as (
    select * from {{ ref('int_fund__funds') }}
    where known_to is null
),

entities as (
    select distinct
        organization_id,
        gl_system,
        entity,
    from reports
),

-- a ledger names its company; it is the fund of that name, code or id, if exactly one has it
final as (
    select
        entities.organization_id,
        entities.gl_system,
        entities.entity,
        case when count(distinct funds.fund_id) = 1 then min(funds.fund_id) end as fund_id,
        case
            when count(distinct funds.fund_id) = 0 then 'no fund of the organisation has this name, code or id'
            when count(distinct funds.fund_id) > 1 then 'several funds of the organisation have this name, code or id'
        end as fund_reason,
    from entities
    left join funds
        on
            entities.organization_id = funds.organization_id
            and lower(trim(entities.entity)) in (
                lower(trim(funds.fund_name)), lower(trim(funds.fund_code)), lower(funds.fund_id)
            )
    group by entities.organization_id, entities.gl_system, entities.entity
)

select * from final
