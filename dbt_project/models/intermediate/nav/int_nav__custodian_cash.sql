with custodian_cash as (
    select * from {{ ref('stg_nav__custodian_cash') }}
),

final as (
    {{ sheet_states(
        'custodian_cash',
        'nav_custodian_cash',
        ['custodian_id', 'account_id', 'currency', 'as_of_date']
    ) }}
)

select * from final
