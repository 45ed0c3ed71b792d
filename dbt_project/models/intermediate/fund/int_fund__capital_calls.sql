with capital_calls as (
    select * from {{ ref('stg_fund__capital_calls') }}
),

final as (
    {{ sheet_states('capital_calls', 'fund_capital_calls', ['call_id']) }}
)

select * from final
