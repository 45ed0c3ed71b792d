with portfolio_fees as (
    select * from {{ ref('stg_fund__portfolio_fees') }}
),

final as (
    {{ sheet_states('portfolio_fees', 'fund_portfolio_fees', ['offset_id']) }}
)

select * from final
