with assumptions as (
    select * from {{ ref('stg_nav__assumptions') }}
),

final as (
    {{ sheet_states(
        'assumptions',
        'nav_assumptions',
        ['scope_type', 'scope_id', 'assumption', 'as_of', 'tenor', 'source']
    ) }}
)

select * from final
