with credit_facilities as (
    select * from {{ ref('stg_fund__credit_facilities') }}
),

final as (
    {{ sheet_states('credit_facilities', 'fund_credit_facilities', ['facility_id']) }}
)

select * from final
