with investments as (
    select * from {{ ref('stg_fund__investments') }}
),

horizons as (
    select * from {{ ref('int_fund__fund_horizons') }}
),

final as (
    {{ dimension_states(
    'investments',
    'fund_investments',
    ['investment_id'],
    investment_attributes(),
    'horizons',
    ['fund_id']
) }}
)

select * from final
