with asset_draws as (
    select * from {{ ref('stg_clo__asset_draws') }}
),

final as (
    {{ fold_loads(
        'asset_draws',
        ['asset_id', 'from_date'],
        ['draw_amount', 'utilisation_rate', 'available_until', 'commitment_fee_rate', 'source']
    ) }}
)

select * from final
