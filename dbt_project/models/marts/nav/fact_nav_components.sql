with components as (
    select * from {{ source('ops', 'nav_components') }}
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
            ['components.organization_id', 'components.product_id', 'components.valuation_date', 'components.version',
            'components.line']
        ) }} as nav_component_key,
        components.organization_id,
        dim_product.product_key,
        components.product_id,
        components.valuation_date as event_date,
        {{ date_id('components.valuation_date') }} as date_id,
        components.valuation_date,
        components.share_class_id,
        components.version,
        components.line,
        components.line_id,
        components.kind,
        components.side,
        components.instrument_id,
        components.accrual_id,
        components.leg,
        components.method,
        components.quantity,
        components.price,
        components.price_type,
        components.price_currency,
        components.price_source,
        components.price_as_of,
        components.accrued_amount,
        components.currency,
        components.amount,
        components.base_amount,
        components.fx_rate,
        components.fx_quotes,
        components.fx_as_of,
        components.basis_amount,
        components.rate,
        components.year_fraction,
        components.fair_value_level,
        runs.known_at,
        runs.state_id,
    from components
    inner join runs
        on
            components.organization_id = runs.organization_id
            and components.product_id = runs.product_id
            and components.valuation_date = runs.valuation_date
            and components.version = runs.version
    -- a held product shows what was known at its last good instant
    inner join shown_products
        on
            runs.organization_id = shown_products.organization_id
            and runs.product_id = shown_products.product_id
            and runs.known_at <= shown_products.horizon_known_at
    {{ join_version('dim_product', 'components', 'valuation_date') }}
)

select * from final
