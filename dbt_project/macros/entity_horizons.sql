{#
    The instant as of which each entity is shown: the CTEs `newest_status` and `horizons`, to stand after these three:
    entities       one row per organisation and entity
    run            the run context
    entity_status  every verdict on entities of this type

    The run's instant; for a held entity its last good one; NULL for one that was never good. Source: input-contracts 2.3.
#}
{% macro entity_horizons(entity) -%}
newest_status as (
    select
        organization_id,
        entity_id as {{ entity }},
        status,
        last_good_known_at,
    from entity_status
    qualify
        row_number() over (
            partition by organization_id, entity_id
            order by recorded_at desc, last_good_known_at desc nulls last
        ) = 1
),

horizons as (
    select
        entities.organization_id,
        entities.{{ entity }},
        coalesce(newest_status.status, 'current') as status,
        case
            when newest_status.status = 'held' then newest_status.last_good_known_at
            when newest_status.status = 'never_published' then null
            else run.known_at
        end as horizon_known_at,
    from entities
    -- 1:1, the run context has one row
    cross join run
    left join newest_status
        on
            entities.organization_id = newest_status.organization_id
            and entities.{{ entity }} = newest_status.{{ entity }}
)
{%- endmacro %}
