with valuations as (
    select * from {{ ref('stg_nav__valuations') }}
),

final as (
    {{ sheet_states('valuations', 'nav_valuations', ['valuation_id']) }}
)

select * from final
