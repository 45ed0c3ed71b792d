with fee_charges as (
    select * from {{ ref('stg_fund__fee_charges') }}
),

final as (
    {{ sheet_states('fee_charges', 'fund_fee_charges', ['fee_charge_id']) }}
)

select * from final
