with calculated as (
    select * from {{ source('calc', 'equalisation_lots') }}
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
        ) }} as equalisation_key,
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
        calculated.equalisation,
        calculated.kind,
        calculated.shares,
        calculated.gross_nav_per_share,
        calculated.is_gross_stated,
        calculated.high_water_mark,
        calculated.fee_rate,
        calculated.price_paid,
        calculated.nav_per_share,
        calculated.credit_per_share,
        calculated.credit_amount,
        calculated.credit_returned_amount,
        calculated.credit_lapsed_amount,
        calculated.credit_open_amount,
        calculated.contingent_amount,
        calculated.class_fee_amount,
        calculated.own_fee_amount,
        calculated.shares_issued,
        calculated.shares_given_up,
        calculated.residual_amount,
        calculated.shares_held,
        calculated.reason,
        calculated.detail,
        calculated.known_at,
        calculated.state_id,
    from calculated
    {{ join_version('dim_product', 'calculated', 'nav_date') }}
    {{ join_version('dim_share_class', 'calculated', 'nav_date', is_optional=true) }}
)

select * from final
