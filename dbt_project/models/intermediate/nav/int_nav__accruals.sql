with accruals as (
    select * from {{ ref('stg_nav__accruals') }}
),

final as (
    {{ sheet_states(
        'accruals',
        'nav_accruals',
        ['product_id', 'share_class_id', 'accrual_id']
    ) }}
)

select * from final
