with carry_ledger as (
    select * from {{ ref('stg_fund__carry_ledger') }}
),

final as (
    {{ sheet_states('carry_ledger', 'fund_carry_ledger', ['entry_id']) }}
)

select * from final
