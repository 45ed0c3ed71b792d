with allocations as (
    select * from {{ ref('stg_fund__allocations') }}
),

final as (
    {{ sheet_states('allocations', 'fund_allocations', ['allocation_id']) }}
)

select * from final
