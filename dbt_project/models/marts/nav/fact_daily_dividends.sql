with calculated as (
    select * from {{ source('calc', 'daily_dividends') }}
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
            ['calculated.organization_id', 'calculated.share_class_id', 'calculated.valuation_date']
        ) }} as daily_dividend_key,
        calculated.organization_id,
        dim_product.product_key,
        calculated.product_id,
        dim_share_class.share_class_key,
        calculated.share_class_id,
        calculated.valuation_date as event_date,
        {{ date_id('calculated.valuation_date') }} as date_id,
        calculated.currency,
        calculated.net_income,
        calculated.shares_entitled,
        calculated.carried_in_amount,
        calculated.dividend_per_share,
        calculated.dividend_amount,
        calculated.payable_amount,
        calculated.carried_forward_amount,
        calculated.dividend_per_share_stated,
        calculated.reason,
        calculated.detail,
        calculated.known_at,
        calculated.state_id,
    from calculated
    {{ join_version('dim_product', 'calculated', 'valuation_date') }}
    {{ join_version('dim_share_class', 'calculated', 'valuation_date', is_optional=true) }}
)

select * from final
