with expenses as (
    select * from {{ ref('stg_fund__expenses') }}
),

final as (
    {{ sheet_states('expenses', 'fund_expenses', ['expense_id']) }}
)

select * from final
