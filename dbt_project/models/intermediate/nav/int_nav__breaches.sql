with findings as (
    select * from {{ ref('stg_weir__findings') }}
    where severity = 'critical' and scope = 'entity' and entity_type = 'product'
),

products as (
    select * from {{ ref('int_nav__products') }}
),

state_loads as (
    select distinct
        state_id,
        load_id,
    from {{ ref('int_feeds__state_loads') }}
),

found as (
    select distinct
        products.organization_id,
        products.product_id,
        products.state_id,
        findings.code as rule_code,
        findings.message,
    from findings
    inner join state_loads
        on findings.load_id = state_loads.load_id
    inner join products
        on
            state_loads.state_id = products.state_id
            and findings.entity_id = products.product_id
),

repeated as (
    select
        organization_id,
        product_id,
        state_id,
        'DUPLICATE_KEY' as rule_code,
        'product ' || product_id || ' must stand on one product sheet, found on '
        || string_agg(source_sheet, ' and ' order by source_sheet) as message,
    from products
    group by organization_id, product_id, state_id
    having count(*) > 1
),

final as (
    select
        organization_id,
        product_id,
        state_id,
        min_by(rule_code, message) as rule_code,
        min(message) as message,
    from (
        select * from found
        union all
        select * from repeated
    ) as breaches
    group by organization_id, product_id, state_id
)

select * from final
