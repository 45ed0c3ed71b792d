with funds as (
    select * from {{ ref('stg_fund__funds') }}
),

final as (
    {{ sheet_states('funds', 'fund_funds', ['fund_id']) }}
)

select * from final
