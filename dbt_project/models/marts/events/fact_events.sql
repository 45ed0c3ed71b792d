{#- A view: events are derived from the other marts, and a publication shows those of its own run. -#}
{{ config(materialized='view') }}

with events as (
    select * from {{ source('ops', 'events') }}
),

final as (
    select
        event_id,
        event_number,
        organization_id,
        aggregate_type,
        aggregate_id,
        event_version,
        event_type,
        event_source,
        part_id,
        cast(occurred_at as date) as event_date,
        {{ date_id('occurred_at') }} as date_id,
        occurred_at,
        known_at,
        appended_at,
        cause,
        load_id,
        run_id,
        event_data,
        metadata,
    from events
)

select * from final
