with calculated as (
    select * from {{ source('calc', 'fee_crystallisations') }}
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
            ['calculated.organization_id', 'calculated.share_class_id', 'calculated.valuation_date', 'calculated.event_kind']
        ) }} as fee_crystallisation_key,
        calculated.organization_id,
        dim_product.product_key,
        calculated.product_id,
        dim_share_class.share_class_key,
        calculated.share_class_id,
        calculated.valuation_date as event_date,
        {{ date_id('calculated.valuation_date') }} as date_id,
        calculated.event_kind,
        calculated.currency,
        calculated.shares,
        calculated.gross_nav_per_share,
        calculated.high_water_mark,
        calculated.nav_per_share,
        calculated.gross_amount,
        calculated.accrued_fee_amount,
        calculated.crystallised_fee_amount,
        calculated.high_water_mark_after,
        calculated.high_water_mark_stated,
        calculated.equalised_shares,
        calculated.credit_returned_amount,
        calculated.contingent_amount,
        calculated.payable_fee_amount,
        calculated.reason,
        calculated.detail,
        calculated.known_at,
        calculated.state_id,
    from calculated
    {{ join_version('dim_product', 'calculated', 'valuation_date') }}
    {{ join_version('dim_share_class', 'calculated', 'valuation_date', is_optional=true) }}
)

select * from final
