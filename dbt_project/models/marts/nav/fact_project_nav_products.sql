with calculated as (
    select * from {{ source('calc', 'project_nav_products') }}
),

dim_project as (
    select * from {{ ref('dim_project') }}
),

dim_product as (
    select * from {{ ref('dim_product') }}
),

final as (
    select
        {{ surrogate_key([
            'calculated.organization_id',
            'calculated.project_id',
            'calculated.valuation_date',
            'calculated.product_id',
        ]) }} as project_nav_product_key,
        calculated.organization_id,
        dim_project.project_key,
        calculated.project_id,
        dim_product.product_key,
        calculated.product_id,
        calculated.valuation_date as event_date,
        {{ date_id('calculated.valuation_date') }} as date_id,
        calculated.currency,
        calculated.strike_date,
        calculated.is_carried,
        calculated.net_assets,
        calculated.net_assets_reason,
        calculated.eliminated_amount,
        calculated.fx_rate,
        calculated.weight,
        calculated.known_at,
        calculated.state_id,
    from calculated
    {{ join_version('dim_project', 'calculated', 'valuation_date') }}
    {{ join_version('dim_product', 'calculated', 'valuation_date') }}
)

select * from final
