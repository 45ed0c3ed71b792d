with reserves as (
    select * from {{ ref('stg_nav__reserves') }}
),

final as (
    {{ sheet_states('reserves', 'nav_reserves', ['product_id', 'reserve_id', 'as_of']) }}
)

select * from final
