with reports as (
    select * from {{ ref('int_gl__reports') }}
),

entity_funds as (
    select * from {{ ref('int_gl__entity_funds') }}
    where fund_id is not null
),

funds as (
    select * from {{ ref('int_fund__funds') }}
    where known_to is null
),

-- reports in their order: the same ones in another order would leave another ledger
known as (
    select
        organization_id,
        gl_system,
        entity,
        string_agg(load_id, ',' order by report_order) as load_ids,
        max(known_at) as known_at,
    from reports
    group by organization_id, gl_system, entity
),

final as (
    select
        {{ surrogate_key([
            'known.organization_id', 'known.gl_system', 'known.entity', 'known.load_ids', 'funds.fund_id', 'funds.state_id',
        ]) }} as ledger_id,
        known.organization_id,
        known.gl_system,
        known.entity,
        funds.fund_id,
        funds.state_id,
        funds.base_currency,
        greatest(known.known_at, funds.known_at) as known_at,
    from known
    inner join entity_funds
        on
            known.organization_id = entity_funds.organization_id
            and known.gl_system = entity_funds.gl_system
            and known.entity = entity_funds.entity
    inner join funds
        on
            entity_funds.organization_id = funds.organization_id
            and entity_funds.fund_id = funds.fund_id
)

select * from final
