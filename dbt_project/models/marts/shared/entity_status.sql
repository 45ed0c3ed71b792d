with deal_status as (
    select * from {{ source('ops', 'deal_status') }}
),

fund_status as (
    select * from {{ source('ops', 'fund_status') }}
),

ledger_entity_status as (
    select * from {{ source('ops', 'ledger_entity_status') }}
),

product_status as (
    select * from {{ source('ops', 'product_status') }}
),

entity_status as (
    select * from deal_status
    union all
    select * from fund_status
    union all
    select * from ledger_entity_status
    union all
    select * from product_status
),

final as (
    select
        organization_id,
        entity_type,
        entity_id,
        status,
        held_since,
        rule_code,
        message,
        last_good_known_at,
        recorded_at,
        run_id,
    from entity_status
    qualify
        row_number() over (
            partition by organization_id, entity_type, entity_id
            order by recorded_at desc, last_good_known_at desc nulls last
        ) = 1
)

select * from final
