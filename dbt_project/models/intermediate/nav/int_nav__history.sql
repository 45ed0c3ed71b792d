with history as (
    select * from {{ ref('stg_nav__history') }}
),

final as (
    {{ sheet_states(
        'history',
        'nav_history',
        ['product_id', 'share_class_id', 'valuation_date', 'version']
    ) }}
)

select * from final
