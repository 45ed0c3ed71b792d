with distributions as (
    select * from {{ ref('stg_fund__distributions') }}
),

final as (
    {{ sheet_states('distributions', 'fund_distributions', ['distribution_id']) }}
)

select * from final
