with terms as (
    select * from {{ ref('stg_fund__terms') }}
),

final as (
    {{ sheet_states('terms', 'fund_terms', ['term_id']) }}
)

select * from final
