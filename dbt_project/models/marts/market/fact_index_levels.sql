with index_rates as (
    select * from {{ ref('int_market__index_rates') }}
),

index_levels as (
    select * from {{ ref('int_market__index_levels') }}
),

unioned as (
    select
        organization_id,
        index_id,
        tenor,
        rate_date as level_date,
        source,
        cast(null as varchar) as return_type,
        'rate' as unit,
        cast(rate as decimal(38, 12)) as level,
        cast(null as varchar) as currency,
        is_official,
        load_as_of,
        known_at,
        load_id,
        source_row,
    from index_rates
    union all
    select
        organization_id,
        index_id,
        cast(null as varchar) as tenor,
        level_date,
        source,
        return_type,
        'level' as unit,
        cast(level as decimal(38, 12)) as level,
        currency,
        cast(null as boolean) as is_official,
        load_as_of,
        known_at,
        load_id,
        source_row,
    from index_levels
),

final as (
    select
        {{ surrogate_key(['organization_id', 'index_id', 'tenor', 'level_date', 'source', 'return_type', 'unit']) }}
            as index_level_key,
        organization_id,
        index_id,
        tenor,
        level_date,
        level_date as event_date,
        {{ date_id('level_date') }} as date_id,
        source,
        return_type,
        unit,
        level,
        currency,
        is_official,
        load_as_of as as_of,
        known_at,
        load_id,
        source_row,
    from unioned
)

select * from final
