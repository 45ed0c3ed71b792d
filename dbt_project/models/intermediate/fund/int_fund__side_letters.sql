with side_letters as (
    select * from {{ ref('stg_fund__side_letters') }}
),

final as (
    {{ sheet_states('side_letters', 'fund_side_letters', ['side_letter_id']) }}
)

select * from final
