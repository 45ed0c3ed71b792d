with holdings as (
    select * from {{ ref('stg_nav__holdings') }}
),

final as (
    {{ sheet_states(
        'holdings',
        'nav_holdings',
        ['product_id', 'share_class_id', 'instrument_id', 'leg', 'lot_id', 'as_of_date']
    ) }}
)

select * from final
