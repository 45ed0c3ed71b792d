with facility_transactions as (
    select * from {{ ref('stg_fund__facility_transactions') }}
),

final as (
    {{ sheet_states('facility_transactions', 'fund_facility_transactions', ['facility_transaction_id']) }}
)

select * from final
