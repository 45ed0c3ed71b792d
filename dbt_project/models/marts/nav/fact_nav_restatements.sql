with calculated as (
    select * from {{ source('calc', 'nav_restatements') }}
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
            'calculated.publisher',
            'calculated.published_version',
        ]) }} as nav_restatement_key,
        calculated.organization_id,
        dim_product.product_key,
        calculated.product_id,
        dim_share_class.share_class_key,
        calculated.share_class_id,
        calculated.valuation_date as event_date,
        {{ date_id('calculated.valuation_date') }} as date_id,
        calculated.publisher,
        calculated.published_version,
        calculated.currency,
        calculated.published_nav,
        calculated.correct_version,
        calculated.correct_nav,
        calculated.deviation_rate,
        calculated.direction,
        calculated.error_class,
        calculated.threshold_rate,
        calculated.is_material,
        calculated.reason,
        calculated.detail,
        calculated.reaches_us_custom,
        calculated.treatment,
        calculated.first_bad_date,
        calculated.last_bad_date,
        calculated.is_open,
        calculated.restatement_id,
        calculated.cause,
        calculated.stated_first_bad_date,
        calculated.order_count,
        calculated.subscribed_shares,
        calculated.redeemed_shares,
        calculated.subscription_loser,
        calculated.subscription_loss_amount,
        calculated.redemption_loser,
        calculated.redemption_loss_amount,
        calculated.known_at,
        calculated.state_id,
    from calculated
    {{ join_version('dim_product', 'calculated', 'valuation_date') }}
    {{ join_version('dim_share_class', 'calculated', 'valuation_date', is_optional=true) }}
)

select * from final
