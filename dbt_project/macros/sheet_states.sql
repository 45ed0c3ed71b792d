{#
    Rows of one sheet in every state of its feed: the last one stated per key, deleted keys left out.

    staged      a CTE on the staging model, with load_id, source_row and row_action
    table_name  the raw table of the sheet
    key         the row key of the sheet; NULL counts as a value
    Returns state_id, feed_id, known_from, known_to, known_at (of the load that states the row), then the columns staged.
    Source: input-contracts 1.1, state of a feed known at T.
#}
{% macro sheet_states(staged, table_name, key) -%}
    select
        state_loads.state_id,
        state_loads.feed_id,
        state_loads.known_from,
        state_loads.known_to,
        state_loads.known_at,
        {{ staged }}.*,
    from {{ staged }}
    inner join {{ ref('int_feeds__state_loads') }} as state_loads
        on
            {{ staged }}.load_id = state_loads.load_id
            and state_loads.table_name = '{{ table_name }}'
    qualify
        row_number() over (
            partition by state_loads.state_id, {{ staged }}.{{ key | join(', ' ~ staged ~ '.') }}
            order by state_loads.load_order desc, {{ staged }}.source_row desc
        ) = 1
        and {{ staged }}.row_action <> 'delete'
{%- endmacro %}
