with capital_activity as (
    select * from {{ ref('stg_nav__capital_activity') }}
),

final as (
    {{ sheet_states(
        'capital_activity',
        'nav_capital_activity',
        ['order_id']
    ) }}
)

select * from final
