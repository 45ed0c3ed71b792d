with corporate_actions as (
    select * from {{ ref('stg_nav__corporate_actions') }}
),

final as (
    {{ sheet_states(
        'corporate_actions',
        'nav_corporate_actions',
        ['action_id']
    ) }}
)

select * from final
