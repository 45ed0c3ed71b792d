with token_supply as (
    select * from {{ ref('stg_nav__token_supply') }}
),

final as (
    {{ sheet_states('token_supply', 'nav_token_supply', ['product_id', 'chain', 'as_of']) }}
)

select * from final
