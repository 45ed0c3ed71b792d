{#
    The sequence of states of a key over as_of, as known at a horizon: what scd2_versions makes versions of.

    staged      a CTE on the staging model, with load_id, organization_id, source_row, row_action and the columns of `key`
    table_name  the raw table of the sheet
    key         the business key without the organisation
    attributes  columns to track
    horizon     a CTE with organization_id, the columns of `horizon_on` and horizon_known_at
    A key that a later full load states no more is deleted; not by a load without the sheet, nor by one in which rows of the
    sheet could not be read. Source: input-contracts 1.1, dimension versions.
#}
{% macro dimension_states(staged, table_name, key, attributes, horizon, horizon_on) %}
{%- set keys = ['organization_id'] + key %}
    select
        {{ keys | join(', ') }},
        as_of,
        known_at,
        load_id,
        is_deleted,
        attributes,
    from (
        select
            *,
            count(case when not is_deleted then 1 end) over (
                partition by {{ keys | join(', ') }} order by as_of rows between unbounded preceding and current row
            ) as times_stated
        from (
            select
                scopes.{{ keys | join(', scopes.') }},
                loads.as_of,
                loads.known_at,
                loads.load_id,
                stated.load_id is null or stated.row_action = 'delete' as is_deleted,
                stated.attributes
            from (
                select
                    described.{{ keys | join(', described.') }},
                    loads.feed_id,
                    horizons.horizon_known_at,
                    min(loads.as_of) as first_as_of
                from {{ staged }} as described
                inner join {{ ref('int_feeds__loads_known') }} as loads on described.load_id = loads.load_id
                inner join {{ horizon }} as horizons
                    on
                        {%- for column in ['organization_id'] + horizon_on %}
                        described.{{ column }} = horizons.{{ column }} and
                        {%- endfor %}
                        loads.known_at <= horizons.horizon_known_at
                group by all
            ) as scopes
            -- 1:n on purpose, every later load of the feed states the key or its absence
            inner join {{ ref('int_feeds__loads_known') }} as loads
                on
                    scopes.feed_id = loads.feed_id
                    and scopes.first_as_of <= loads.as_of
                    and scopes.horizon_known_at >= loads.known_at
                    and (loads.withdrawn_at is null or loads.withdrawn_at > scopes.horizon_known_at)
            inner join (
                select
                    load_id,
                    sum(rows_quarantined) as rows_quarantined
                from {{ ref('stg_weir__row_counts') }}
                where table_name = '{{ table_name }}'
                group by load_id
                having sum(rows_staged) > 0 or sum(rows_quarantined) = 0
            ) as counts on loads.load_id = counts.load_id
            left join (
                select
                    load_id,
                    {{ key | join(', ') }},
                    row_action,
                    case
                        when row_action <> 'delete'
                            then struct_pack(
                                {%- for attribute in attributes %}
                                {{ attribute }} := {{ attribute }}{{ ',' if not loop.last }}
                                {%- endfor %}
                            )
                    end as attributes
                from {{ staged }}
                qualify row_number() over (partition by load_id, {{ key | join(', ') }} order by source_row desc) = 1
            ) as stated
                on
                    loads.load_id = stated.load_id
                    {%- for column in key %}
                    and scopes.{{ column }} = stated.{{ column }}
                    {%- endfor %}
            where stated.load_id is not null or (loads.mode = 'full' and counts.rows_quarantined = 0)
            qualify
                row_number() over (
                    partition by scopes.{{ keys | join(', scopes.') }}, loads.as_of
                    order by loads.known_at desc, loads.load_id desc
                ) = 1
        ) as dated
    ) as counted
    where times_stated > 0
{% endmacro %}
