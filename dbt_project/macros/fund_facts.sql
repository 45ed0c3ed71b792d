{#
    The CTEs that make a fact about funds: `shown`, with the rows of a calculated or intermediate relation in the states
    that their funds show now, and `kept`, with the stretches of knowledge of the same rows for the history twin.

    relation   a CTE with organization_id, fund_id, the columns of `on`, `grain`, `measures` and `carried`
    on         state_id or measured_id
    grain      grain of the fact, the organisation included
    measures   columns whose change opens a new row of history
    carried    further columns
    Expects the CTE `shown_states`.
#}
{% macro shown_rows(relation, on) -%}
shown as (
    select
        {{ relation }}.*,
    from {{ relation }}
    inner join shown_states
        on
            {{ relation }}.{{ on }} = shown_states.{{ on }}
            and {{ relation }}.fund_id = shown_states.fund_id
            and shown_states.known_to is null
)
{%- endmacro %}

{% macro kept_rows(relation, on, grain, measures, carried) -%}
known as (
    select
        {{ relation }}.*,
        shown_states.known_from,
        shown_states.known_to,
    from {{ relation }}
    inner join shown_states
        on
            {{ relation }}.{{ on }} = shown_states.{{ on }}
            and {{ relation }}.fund_id = shown_states.fund_id
),

kept as (
    {{ collapse_history('known', grain, measures, carried) }}
)
{%- endmacro %}
