with calculated as (
    select * from {{ source('calc', 'income_equalisation') }}
),

dim_product as (
    select * from {{ ref('dim_product') }}
),

dim_share_class as (
    select * from {{ ref('dim_share_class') }}
),

final as (
    select
        {{ surrogate_key(
            ['calculated.organization_id', 'calculated.product_id', 'calculated.order_id']
        ) }} as income_equalisation_key,
        calculated.organization_id,
        dim_product.product_key,
        calculated.product_id,
        dim_share_class.share_class_key,
        calculated.share_class_id,
        calculated.nav_date as event_date,
        {{ date_id('calculated.nav_date') }} as date_id,
        calculated.order_id,
        calculated.investor_id,
        calculated.currency,
        calculated.shares,
        calculated.accrued_on,
        calculated.accrued_income_per_share,
        calculated.income_bought_amount,
        calculated.distribution_order_id,
        calculated.ex_date,
        calculated.rate_per_share,
        calculated.shares_entitled,
        calculated.distribution_amount,
        calculated.capital_amount,
        calculated.income_amount,
        calculated.reason,
        calculated.detail,
        calculated.known_at,
        calculated.state_id,
    from calculated
    {{ join_version('dim_product', 'calculated', 'nav_date') }}
    {{ join_version('dim_share_class', 'calculated', 'nav_date', is_optional=true) }}
)

select * from final
