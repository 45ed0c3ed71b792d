with transfer_agent_shares as (
    select * from {{ ref('stg_nav__transfer_agent_shares') }}
),

final as (
    {{ sheet_states(
        'transfer_agent_shares',
        'nav_transfer_agent_shares',
        ['register', 'product_id', 'share_class_id', 'as_of_date']
    ) }}
)

select * from final
