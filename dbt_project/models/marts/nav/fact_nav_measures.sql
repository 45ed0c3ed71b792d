with measures as (
    select * from {{ source('ops', 'nav_measures') }}
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
            ['measures.organization_id', 'measures.product_id', 'measures.valuation_date', 'measures.version',
            'measures.measure_number']
        ) }} as nav_measure_key,
        measures.organization_id,
        dim_product.product_key,
        measures.product_id,
        measures.valuation_date as event_date,
        {{ date_id('measures.valuation_date') }} as date_id,
        measures.valuation_date,
        measures.version,
        measures.measure_number,
        measures.name as measure_name,
        measures.subject_id,
        measures.value as measure_value,
        measures.unit,
        measures.currency,
        measures.reason,
        measures.detail,
        runs.known_at,
        runs.state_id,
    from measures
    inner join runs
        on
            measures.organization_id = runs.organization_id
            and measures.product_id = runs.product_id
            and measures.valuation_date = runs.valuation_date
            and measures.version = runs.version
    -- a held product shows what was known at its last good instant
    inner join shown_products
        on
            runs.organization_id = shown_products.organization_id
            and runs.product_id = shown_products.product_id
            and runs.known_at <= shown_products.horizon_known_at
    {{ join_version('dim_product', 'measures', 'valuation_date') }}
)

select * from final
