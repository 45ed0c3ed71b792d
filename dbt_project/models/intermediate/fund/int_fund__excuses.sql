with excuses as (
    select * from {{ ref('stg_fund__excuses') }}
),

final as (
    {{ sheet_states('excuses', 'fund_excuses', ['excuse_id']) }}
)

select * from final
