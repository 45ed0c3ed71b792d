with run_context as (
    select * from {{ source('ops', 'run_context') }}
),

final as (
    select
        cast(run_id as varchar) as run_id,
        cast(known_at as timestamp) as known_at,
        cast(is_as_known_at as boolean) as is_as_known_at,
        coalesce(cast(environment as varchar), 'development') as environment,
    from run_context
)

select * from final
