with production as (
    select * from {{ ref('stg_nav__production') }}
),

final as (
    {{ sheet_states('production', 'nav_production', ['product_id', 'asset_id', 'period_start']) }}
)

select * from final
