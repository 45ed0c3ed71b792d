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
    inner join dim_product
        on
            calculated.organization_id = dim_product.organization_id
            and calculated.product_id = dim_product.product_id
            and {{ valid_on('dim_product', 'calculated.valuation_date') }}
    left join dim_share_class
        on
            calculated.organization_id = dim_share_class.organization_id
            and calculated.share_class_id = dim_share_class.share_class_id
            and {{ valid_on('dim_share_class', 'calculated.valuation_date') }}
)

select * from final
