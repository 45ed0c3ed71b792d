with fee_waivers as (
    select * from {{ ref('stg_fund__fee_waivers') }}
),

final as (
    {{ sheet_states('fee_waivers', 'fund_fee_waivers', ['waiver_id']) }}
)

select * from final
