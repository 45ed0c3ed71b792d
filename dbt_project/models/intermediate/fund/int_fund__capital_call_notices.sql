with capital_call_notices as (
    select * from {{ ref('stg_fund__capital_call_notices') }}
),

final as (
    {{ sheet_states('capital_call_notices', 'fund_capital_call_notices', ['notice_id']) }}
)

select * from final
