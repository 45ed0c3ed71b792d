with closings as (
    select * from {{ ref('stg_fund__closings') }}
),

final as (
    {{ sheet_states('closings', 'fund_closings', ['fund_id', 'closing_number']) }}
)

select * from final
