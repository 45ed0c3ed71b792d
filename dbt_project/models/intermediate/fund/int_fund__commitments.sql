with commitments as (
    select * from {{ ref('stg_fund__commitments') }}
),

final as (
    {{ sheet_states('commitments', 'fund_commitments', ['commitment_id']) }}
)

select * from final
