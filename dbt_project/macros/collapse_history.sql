{#
    Knowledge history of a fact: a row ends only where a business column changes or the fact was not known for a while.

    relation    one row per grain and interval [known_from, known_to), with everything in `columns`
    grain       the fact's grain
    business    columns whose change opens a new row
    columns     further columns, taken from the first interval of the run
    Source: input-contracts 2.4.
#}
{% macro collapse_history(relation, grain, business, columns) %}
{%- set keys = grain | join(', ') %}
    select
        {{ keys }},
        {% for column in business + columns %}arg_min_null({{ column }}, known_from) as {{ column }}, {% endfor %}
        min(known_from) as known_from,
        case when count(*) = count(known_to) then max(known_to) end as known_to
    from (
        select
            *,
            sum(case when opens_row then 1 else 0 end) over (
                partition by {{ keys }} order by known_from rows between unbounded preceding and current row
            ) as run_number
        from (
            select
                *,
                previous_known_to is null
                or previous_known_to <> known_from
                or (business_state is distinct from previous_state) as opens_row
            from (
                select
                    *,
                    row({{ business | join(', ') }}) as business_state,
                    lag(row({{ business | join(', ') }})) over (
                        partition by {{ keys }} order by known_from
                    ) as previous_state,
                    lag(known_to) over (partition by {{ keys }} order by known_from) as previous_known_to
                from {{ relation }}
            ) as compared
        ) as marked
    ) as numbered
    group by {{ keys }}, run_number
{% endmacro %}
