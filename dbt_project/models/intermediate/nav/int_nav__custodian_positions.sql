with custodian_positions as (
    select * from {{ ref('stg_nav__custodian_positions') }}
),

final as (
    {{ sheet_states(
        'custodian_positions',
        'nav_custodian_positions',
        ['custodian_id', 'account_id', 'instrument_id', 'as_of_date']
    ) }}
)

select * from final
