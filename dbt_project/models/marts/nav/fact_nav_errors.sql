with calculated as (
    select * from {{ source('calc', 'nav_errors') }}
),

dim_product as (
    select * from {{ ref('dim_product') }}
),

dim_share_class as (
    select * from {{ ref('dim_share_class') }}
),

final as (
    select
        {{ surrogate_key([
            'calculated.organization_id',
            'calculated.share_class_id',
            'calculated.valuation_date',
            'calculated.version',
        ]) }} as nav_error_key,
        calculated.organization_id,
        dim_product.product_key,
        calculated.product_id,
        dim_share_class.share_class_key,
        calculated.share_class_id,
        calculated.valuation_date as event_date,
        {{ date_id('calculated.valuation_date') }} as date_id,
        calculated.version,
        calculated.corrects_version,
        calculated.currency,
        calculated.published_nav,
        calculated.correct_nav,
        calculated.deviation_rate,
        calculated.direction,
        calculated.error_class,
        calculated.threshold_rate,
        calculated.is_material,
        calculated.reason,
        calculated.reaches_us_custom,
        calculated.subscribed_shares,
        calculated.subscription_loser,
        calculated.subscription_loss_amount,
        calculated.redeemed_shares,
        calculated.redemption_loser,
        calculated.redemption_loss_amount,
        calculated.first_bad_date,
        calculated.last_bad_date,
        calculated.treatment,
        calculated.known_at,
        calculated.state_id,
    from calculated
    {{ join_version('dim_product', 'calculated', 'valuation_date') }}
    {{ join_version('dim_share_class', 'calculated', 'valuation_date', is_optional=true) }}
)

select * from final
