with calculated as (
    select * from {{ source('calc', 'redemption_measures') }}
),

dim_product as (
    select * from {{ ref('dim_product') }}
),

final as (
    select
        {{ surrogate_key(
            ['calculated.organization_id', 'calculated.product_id', 'calculated.valuation_date']
        ) }} as redemption_key,
        calculated.organization_id,
        dim_product.product_key,
        calculated.product_id,
        calculated.valuation_date as event_date,
        {{ date_id('calculated.valuation_date') }} as date_id,
        calculated.currency,
        calculated.net_assets,
        calculated.opening_shares,
        calculated.shares_redeemed,
        calculated.value_redeemed,
        calculated.redemption_price,
        calculated.redemption_price_reason,
        calculated.redemption_rate_value,
        calculated.redemption_rate_value_7d,
        calculated.redemption_rate_value_30d,
        calculated.redemption_rate_value_reason,
        calculated.redemption_rate_shares,
        calculated.redemption_rate_shares_7d,
        calculated.redemption_rate_shares_30d,
        calculated.redemption_rate_shares_reason,
        calculated.known_at,
        calculated.state_id,
    from calculated
    {{ join_version('dim_product', 'calculated', 'valuation_date') }}
)

select * from final
