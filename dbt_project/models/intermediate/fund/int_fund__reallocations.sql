with reallocations as (
    select * from {{ ref('stg_fund__reallocations') }}
),

final as (
    {{ sheet_states('reallocations', 'fund_reallocations', ['reallocation_id', 'line_number']) }}
)

select * from final
