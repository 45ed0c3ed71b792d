with investors as (
    select * from {{ ref('stg_fund__investors') }}
),

final as (
    {{ sheet_states('investors', 'fund_investors', ['investor_id']) }}
)

select * from final
