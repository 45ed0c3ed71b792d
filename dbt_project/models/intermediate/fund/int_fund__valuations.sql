with valuations as (
    select * from {{ ref('stg_fund__valuations') }}
),

final as (
    {{ sheet_states('valuations', 'fund_valuations', ['valuation_id']) }}
)

select * from final
