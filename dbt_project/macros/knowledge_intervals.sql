{#
    When each load was the one in force: one row per load and half-open interval [known_from, known_to).

    relation    has load_id, known_at, withdrawn_at and the columns of `grain`
    grain       what loads compete for, for example a feed and its as_of
    At any instant the load in force is the one known last and not withdrawn. A load comes back when its correction is
    withdrawn, so one load may have several intervals. Source: input-contracts 1.1 and 2.4.
#}
{% macro knowledge_intervals(relation, grain) %}
{%- set columns = grain | join(', ') %}
    select
        {{ columns }},
        load_id,
        known_from,
        known_to
    from (
        select
            {{ columns }},
            load_id,
            instant as known_from,
            lead(instant) over (partition by {{ columns }} order by instant) as known_to
        from (
            select
                {{ columns }},
                instant,
                load_id,
                lag(load_id) over (partition by {{ columns }} order by instant) as previous_load_id
            from (
                select
                    {% for column in grain %}instants.{{ column }}, {% endfor %}
                    instants.instant,
                    candidates.load_id
                from (
                    select {{ columns }}, known_at as instant from {{ relation }}
                    union
                    select {{ columns }}, withdrawn_at as instant from {{ relation }} where withdrawn_at is not null
                ) as instants
                -- 1:n on purpose, every load known at the instant competes; qualify keeps one
                left join {{ relation }} as candidates
                    on
                        {%- for column in grain %}
                        candidates.{{ column }} is not distinct from instants.{{ column }} and
                        {%- endfor %}
                        candidates.known_at <= instants.instant
                        and (candidates.withdrawn_at is null or candidates.withdrawn_at > instants.instant)
                qualify row_number() over (
                    partition by {% for column in grain %}instants.{{ column }}, {% endfor %} instants.instant
                    order by candidates.known_at desc, candidates.load_id desc
                ) = 1
            ) as states
        ) as compared
        where load_id is distinct from previous_load_id
    ) as changes
    where load_id is not null
{% endmacro %}
