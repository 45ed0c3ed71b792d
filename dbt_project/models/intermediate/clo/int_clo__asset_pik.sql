with asset_pik as (
    select * from {{ ref('stg_clo__asset_pik') }}
),

final as (
    {{ fold_loads('asset_pik', ['asset_id', 'from_date'], ['pik_share', 'source']) }}
)

select * from final
