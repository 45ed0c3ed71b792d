with investor_banking as (
    select * from {{ ref('stg_fund__investor_banking') }}
),

final as (
    {{ sheet_states('investor_banking', 'fund_investor_banking', ['banking_id']) }}
)

select * from final
