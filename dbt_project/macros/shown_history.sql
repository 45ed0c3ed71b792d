{#
    What an entity showed when: the CTEs from `clipped` to `merged`, to stand after these three:
    intervals      one row per grain, `shown` and half-open [known_from, known_to), with has_finding: whether a reader found
                   something critical about the entity in it
    horizons       per entity the last instant that it may show (horizon_known_at)
    entity_status  every verdict on entities of this type

    grain   what intervals follow each other in, beginning with organization_id and the entity's id
    entity  the column of the entity's id
    shown   the column of what is shown: a load, a state
    While something bad was in force, the entity went on showing the last good one. Source: input-contracts 2.3, 2.4.
#}
{% macro shown_history(grain, entity, shown) -%}
{%- set keys = grain | join(', ') %}
-- what a held entity shows stands still at its horizon, so an interval that reaches beyond it is open
clipped as (
    select
        intervals.{{ grain | join(', intervals.') }},
        intervals.{{ shown }},
        intervals.has_finding,
        intervals.known_from,
        case when intervals.known_to <= horizons.horizon_known_at then intervals.known_to end as known_to,
    from intervals
    inner join horizons
        on
            intervals.organization_id = horizons.organization_id
            and intervals.{{ entity }} = horizons.{{ entity }}
            and intervals.known_from <= horizons.horizon_known_at
),

-- the last verdict given while the interval lasted
verdicts as (
    select
        clipped.{{ grain | join(', clipped.') }},
        clipped.known_from,
        entity_status.status,
        entity_status.last_good_known_at,
    from clipped
    inner join entity_status
        on
            clipped.organization_id = entity_status.organization_id
            and clipped.{{ entity }} = entity_status.entity_id
            and clipped.known_from <= entity_status.recorded_at
            and clipped.known_to > entity_status.recorded_at
    qualify
        row_number() over (
            partition by clipped.{{ grain | join(', clipped.') }}, clipped.known_from
            order by entity_status.recorded_at desc
        ) = 1
),

-- a past interval counts as bad when a reader found something critical in it, or the entity was held over it; the open
-- one is good by definition, because the horizon is the entity's last good instant
judged as (
    select
        clipped.{{ grain | join(', clipped.') }},
        clipped.{{ shown }},
        clipped.known_from,
        clipped.known_to,
        clipped.known_to is null
        or (
            not clipped.has_finding
            and coalesce(verdicts.status, 'current') <> 'never_published'
            and not (
                coalesce(verdicts.status, 'current') = 'held'
                and coalesce(verdicts.last_good_known_at < clipped.known_from, true)
            )
        ) as is_good,
        coalesce(
            lag(clipped.known_to) over (
                partition by clipped.{{ grain | join(', clipped.') }}
                order by clipped.known_from
            ) <> clipped.known_from,
            true
        ) as follows_gap,
    from clipped
    left join verdicts
        on
            {%- for column in grain %}
            clipped.{{ column }} = verdicts.{{ column }} and
            {%- endfor %}
            clipped.known_from = verdicts.known_from
),

islands as (
    select
        {{ keys }},
        {{ shown }},
        known_from,
        known_to,
        is_good,
        sum(case when follows_gap then 1 else 0 end) over (
            partition by {{ keys }}
            order by known_from
            rows between unbounded preceding and current row
        ) as island,
    from judged
),

-- while something bad was in force, the entity went on showing the last good one
last_good as (
    select
        {{ keys }},
        island,
        known_from,
        known_to,
        last_value(case when is_good then {{ shown }} end ignore nulls) over (
            partition by {{ keys }}, island
            order by known_from
            rows between unbounded preceding and current row
        ) as {{ shown }},
    from islands
),

merged as (
    {{ collapse_history('last_good', grain, [shown], []) }}
)
{%- endmacro %}
