with distribution_notices as (
    select * from {{ ref('stg_fund__distribution_notices') }}
),

final as (
    {{ sheet_states('distribution_notices', 'fund_distribution_notices', ['notice_id']) }}
)

select * from final
