with instruments as (
    select * from {{ ref('stg_nav__instruments') }}
),

final as (
    {{ sheet_states(
        'instruments',
        'nav_instruments',
        ['instrument_id']
    ) }}
)

select * from final
