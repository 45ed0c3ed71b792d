with asset_steps as (
    select * from {{ ref('stg_clo__asset_steps') }}
),

final as (
    {{ fold_loads('asset_steps', ['asset_id', 'from_date'], ['step_kind', 'rate', 'source']) }}
)

select * from final
