with investments as (
    select * from {{ ref('stg_fund__investments') }}
),

final as (
    {{ sheet_states('investments', 'fund_investments', ['investment_id']) }}
)

select * from final
