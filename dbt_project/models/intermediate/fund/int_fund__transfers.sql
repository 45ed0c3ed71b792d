with transfers as (
    select * from {{ ref('stg_fund__transfers') }}
),

final as (
    {{ sheet_states('transfers', 'fund_transfers', ['transfer_id']) }}
)

select * from final
