with calculated as (
    select * from {{ source('calc', 'nav_restatement_effects') }}
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
            'calculated.product_id',
            'calculated.valuation_date',
            'calculated.publisher',
            'calculated.published_version',
            'calculated.effect_type',
            'calculated.subject_id',
            'calculated.effect_date',
        ]) }} as nav_restatement_effect_key,
        calculated.organization_id,
        dim_product.product_key,
        calculated.product_id,
        dim_share_class.share_class_key,
        calculated.share_class_id,
        calculated.valuation_date as event_date,
        {{ date_id('calculated.valuation_date') }} as date_id,
        calculated.publisher,
        calculated.published_version,
        calculated.effect_type,
        calculated.subject_id,
        calculated.effect_date,
        calculated.currency,
        calculated.published_amount,
        calculated.correct_amount,
        calculated.difference,
        calculated.reason,
        calculated.is_open,
        calculated.known_at,
        calculated.state_id,
    from calculated
    {{ join_version('dim_product', 'calculated', 'valuation_date') }}
    {{ join_version('dim_share_class', 'calculated', 'valuation_date', is_optional=true) }}
)

select * from final
