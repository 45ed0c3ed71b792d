with calculated as (
    select * from {{ source('calc', 'nav_premiums') }}
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
        ) }} as nav_premium_key,
        calculated.organization_id,
        dim_product.product_key,
        calculated.product_id,
        dim_share_class.share_class_key,
        calculated.share_class_id,
        calculated.valuation_date as event_date,
        {{ date_id('calculated.valuation_date') }} as date_id,
        calculated.currency,
        calculated.nav_per_share,
        calculated.instrument_id,
        calculated.price_type,
        calculated.price_source,
        calculated.price_as_of,
        calculated.quoted_price,
        calculated.quoted_currency,
        calculated.fx_rate,
        calculated.market_price,
        calculated.premium_rate,
        calculated.alarm_rate,
        calculated.is_alarm,
        calculated.reason,
        calculated.detail,
        calculated.known_at,
        calculated.state_id,
    from calculated
    {{ join_version('dim_product', 'calculated', 'valuation_date') }}
    {{ join_version('dim_share_class', 'calculated', 'valuation_date', is_optional=true) }}
)

select * from final
