with investment_transactions as (
    select * from {{ ref('stg_fund__investment_transactions') }}
),

final as (
    {{ sheet_states('investment_transactions', 'fund_investment_transactions', ['transaction_id']) }}
)

select * from final
