with pools as (
    select * from {{ ref('stg_nav__pools') }}
),

final as (
    {{ sheet_states('pools', 'nav_pools', ['product_id', 'pool_item_id', 'as_of_date']) }}
)

select * from final
