with assumptions as (
    select * from {{ source('ops', 'nav_assumptions') }}
),

runs as (
    select * from {{ source('ops', 'nav_runs') }}
),

shown_products as (
    select * from {{ ref('int_nav__shown_products') }}
),

dim_product as (
    select * from {{ ref('dim_product') }}
),

final as (
    select
        {{ surrogate_key(
            ['assumptions.organization_id', 'assumptions.product_id', 'assumptions.valuation_date', 'assumptions.version',
            'assumptions.assumption_number']
        ) }} as nav_assumption_key,
        assumptions.organization_id,
        dim_product.product_key,
        assumptions.product_id,
        assumptions.valuation_date as event_date,
        {{ date_id('assumptions.valuation_date') }} as date_id,
        assumptions.valuation_date,
        assumptions.version,
        assumptions.assumption_number,
        assumptions.assumption,
        assumptions.scope_type,
        assumptions.scope_id,
        assumptions.tenor,
        assumptions.as_of,
        assumptions.source,
        assumptions.value as assumption_value,
        assumptions.text as assumption_text,
        assumptions.unit,
        assumptions.currency,
        assumptions.compounding,
        assumptions.valid_until,
        runs.known_at,
        runs.state_id,
    from assumptions
    inner join runs
        on
            assumptions.organization_id = runs.organization_id
            and assumptions.product_id = runs.product_id
            and assumptions.valuation_date = runs.valuation_date
            and assumptions.version = runs.version
    -- a held product shows what was known at its last good instant
    inner join shown_products
        on
            runs.organization_id = shown_products.organization_id
            and runs.product_id = shown_products.product_id
            and runs.known_at <= shown_products.horizon_known_at
    {{ join_version('dim_product', 'assumptions', 'valuation_date') }}
)

select * from final
