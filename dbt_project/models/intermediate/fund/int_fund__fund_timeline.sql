with funds as (
    select * from {{ ref('stg_fund__funds') }}
),

horizons as (
    select * from {{ ref('int_fund__fund_horizons') }}
),

final as (
    {{ dimension_states('funds', 'fund_funds', ['fund_id'], fund_attributes(), 'horizons', ['fund_id']) }}
)

select * from final
