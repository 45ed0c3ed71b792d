with gl_account_mappings as (
    select * from {{ ref('stg_fund__gl_account_mappings') }}
),

final as (
    {{ sheet_states('gl_account_mappings', 'fund_gl_account_mappings', ['mapping_id']) }}
)

select * from final
