with recycling_terms as (
    select * from {{ ref('stg_fund__recycling_terms') }}
),

final as (
    {{ sheet_states('recycling_terms', 'fund_recycling_terms', ['fund_id', 'effective_date']) }}
)

select * from final
