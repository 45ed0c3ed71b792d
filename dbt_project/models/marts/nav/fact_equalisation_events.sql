with calculated as (
    select * from {{ source('calc', 'equalisation_events') }}
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
            ['calculated.organization_id', 'calculated.product_id', 'calculated.order_id', 'calculated.event_number']
        ) }} as equalisation_event_key,
        calculated.organization_id,
        dim_product.product_key,
        calculated.product_id,
        dim_share_class.share_class_key,
        calculated.share_class_id,
        calculated.valuation_date as event_date,
        {{ date_id('calculated.valuation_date') }} as date_id,
        calculated.order_id,
        calculated.investor_id,
        calculated.nav_date,
        calculated.event_number,
        calculated.event_kind,
        calculated.redemption_order_id,
        calculated.currency,
        calculated.shares,
        calculated.gross_nav_per_share,
        calculated.high_water_mark,
        calculated.nav_per_share,
        calculated.class_fee_amount,
        calculated.own_fee_amount,
        calculated.credit_returned_amount,
        calculated.credit_lapsed_amount,
        calculated.contingent_amount,
        calculated.shares_issued,
        calculated.shares_given_up,
        calculated.residual_amount,
        calculated.shares_issued_stated,
        calculated.shares_given_up_stated,
        calculated.known_at,
        calculated.state_id,
    from calculated
    {{ join_version('dim_product', 'calculated', 'valuation_date') }}
    {{ join_version('dim_share_class', 'calculated', 'valuation_date', is_optional=true) }}
)

select * from final
