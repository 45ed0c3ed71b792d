{#
    The state of a keyed feed: one row per organisation and key, the last one stated, deleted keys left out.

    relation    a staging relation with load_id, organization_id, source_row, row_action and the columns of `key`
    key         the state key of the feed; NULL counts as a value
    columns     further columns to carry
    The feed that stated a key first owns it, so another feed of the organisation cannot overwrite it.
    Source: input-contracts 1.1.
#}
{% macro fold_loads(relation, key, columns) %}
{%- set carried = key + columns %}
    select
        organization_id,
        {% for column in carried %}{{ column }}, {% endfor %}
        load_id,
        load_as_of,
        known_at,
        source_sheet,
        source_row
    from (
        select
            stated.organization_id,
            {% for column in carried %}stated.{{ column }}, {% endfor %}
            stated.load_id,
            stated.source_sheet,
            stated.source_row,
            coalesce(stated.row_action, 'upsert') as row_action,
            loads.as_of as load_as_of,
            loads.known_at,
            loads.is_in_state,
            loads.feed_id,
            first_value(loads.feed_id) over (
                partition by stated.organization_id, {{ 'stated.' ~ key | join(', stated.') }}
                order by loads.known_at asc, loads.load_id asc
            ) as owner_feed_id
        from {{ relation }} as stated
        inner join {{ ref('int_feeds__loads_in_force') }} as loads
            on stated.load_id = loads.load_id
    ) as owned
    where feed_id = owner_feed_id and is_in_state
    qualify row_number() over (
        partition by organization_id, {{ key | join(', ') }}
        order by load_as_of desc, known_at desc, load_id desc, source_row desc
    ) = 1
    and row_action <> 'delete'
{% endmacro %}
