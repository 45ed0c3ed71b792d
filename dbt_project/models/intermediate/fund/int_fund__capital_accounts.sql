with capital_accounts as (
    select * from {{ ref('stg_fund__capital_accounts') }}
),

final as (
    {{ sheet_states('capital_accounts', 'fund_capital_accounts', ['fund_id', 'investor_id', 'period_end']) }}
)

select * from final
