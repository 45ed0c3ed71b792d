with share_classes as (
    select * from {{ ref('stg_nav__share_classes') }}
),

final as (
    {{ sheet_states(
        'share_classes',
        'nav_share_classes',
        ['share_class_id']
    ) }}
)

select * from final
