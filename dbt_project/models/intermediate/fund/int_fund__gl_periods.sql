with gl_periods as (
    select * from {{ ref('stg_fund__gl_periods') }}
),

final as (
    {{ sheet_states('gl_periods', 'fund_gl_periods', ['fund_id', 'period_end']) }}
)

select * from final
