with allocation_calls as (
    select * from {{ ref('stg_fund__allocation_calls') }}
),

final as (
    {{ sheet_states('allocation_calls', 'fund_allocation_calls', ['allocation_call_id']) }}
)

select * from final
