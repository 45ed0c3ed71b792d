with share_classes as (
    select * from {{ ref('stg_nav__share_classes') }}
),

horizons as (
    select * from {{ ref('int_nav__product_horizons') }}
),

final as (
    {{ dimension_states(
        'share_classes',
        'nav_share_classes',
        ['share_class_id'],
        share_class_attributes(),
        'horizons',
        ['product_id']
    ) }}
)

select * from final
