with runs as (
    select * from {{ source('ops', 'nav_runs') }}
),

dim_product as (
    select * from {{ ref('dim_product') }}
),

final as (
    select
        {{ surrogate_key(
            ['runs.organization_id', 'runs.product_id', 'runs.valuation_date', 'runs.strike_id', 'runs.struck_at']
        ) }} as nav_run_key,
        runs.organization_id,
        dim_product.product_key,
        runs.product_id,
        runs.valuation_date as event_date,
        {{ date_id('runs.valuation_date') }} as date_id,
        runs.version,
        runs.strike_id,
        runs.status,
        runs.reason as error,
        runs.detail,
        runs.method,
        runs.measurement_basis,
        runs.cutoff_at,
        runs.currency,
        runs.total_assets,
        runs.total_liabilities,
        runs.net_assets,
        runs.quality_score,
        runs.quality_grade,
        case
            when runs.quality_score is null then coalesce(runs.quality_reason, 'STRUCK_BEFORE_SCORES')
        end as quality_reason,
        runs.struck_at,
        runs.run_id,
        runs.known_at,
        runs.state_id,
    from runs
    {{ join_version('dim_product', 'runs', 'valuation_date') }}
)

select * from final
