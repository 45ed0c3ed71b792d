with defaults as (
    select * from {{ ref('stg_fund__defaults') }}
),

final as (
    {{ sheet_states('defaults', 'fund_defaults', ['default_id']) }}
)

select * from final
