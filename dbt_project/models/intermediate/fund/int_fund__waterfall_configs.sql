with waterfall_configs as (
    select * from {{ ref('stg_fund__waterfall_configs') }}
),

final as (
    {{ sheet_states('waterfall_configs', 'fund_waterfall_configs', ['config_id']) }}
)

select * from final
