with schedules as (
    select * from {{ ref('stg_nav__schedules') }}
),

final as (
    {{ sheet_states('schedules', 'nav_schedules', ['product_id', 'subject_id', 'kind', 'sequence']) }}
)

select * from final
