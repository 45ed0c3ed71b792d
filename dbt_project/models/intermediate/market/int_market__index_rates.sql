with index_rates as (
    select * from {{ ref('stg_market__index_rates') }}
),

final as (
    {{ fold_loads('index_rates', ['index_id', 'rate_date', 'tenor', 'source'], ['rate', 'is_official']) }}
)

select * from final
