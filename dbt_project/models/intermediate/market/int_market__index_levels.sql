with index_levels as (
    select * from {{ ref('stg_market__index_levels') }}
),

final as (
    {{ fold_loads('index_levels', ['index_id', 'level_date', 'return_type', 'source'], ['level', 'currency']) }}
)

select * from final
