with commitment_modifications as (
    select * from {{ ref('stg_fund__commitment_modifications') }}
),

final as (
    {{ sheet_states('commitment_modifications', 'fund_commitment_modifications', ['modification_id']) }}
)

select * from final
