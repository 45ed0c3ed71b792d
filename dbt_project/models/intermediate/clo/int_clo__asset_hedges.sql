with asset_hedges as (
    select * from {{ ref('stg_clo__asset_hedges') }}
),

final as (
    {{ fold_loads(
        'asset_hedges',
        ['asset_id', 'from_date'],
        ['currency', 'hedge_rate', 'hedge_ratio', 'coupon_type', 'base_rate', 'day_count', 'source']
    ) }}
)

select * from final
