{#
    Versions of a business key over the sequence of its states: a version opens where a tracked attribute changes.

    relation    one row per key and state: columns of `key`, as_of, known_at, load_id, is_deleted and `attributes`
                (a struct of everything tracked; NULL in a deleted state)
    key         business key, organisation included
    Carries the last known attributes into a deleted version, so that its row still says what was deleted.
    Returns key, valid_from, valid_to (exclusive, NULL while current), valid_from_basis, is_current, is_deleted, known_at,
    load_id, attributes. Source: input-contracts 1.1, dimension versions.
#}
{% macro scd2_versions(relation, key) %}
{%- set columns = key | join(', ') %}
    select
        {{ columns }},
        case when is_first then date '1900-01-01' else as_of end as valid_from,
        lead(as_of) over (partition by {{ columns }} order by as_of) as valid_to,
        case when is_first then 'open' else 'as_of' end as valid_from_basis,
        lead(as_of) over (partition by {{ columns }} order by as_of) is null as is_current,
        is_deleted,
        known_at,
        load_id,
        attributes
    from (
        select
            {{ columns }},
            as_of,
            known_at,
            load_id,
            is_deleted,
            attributes,
            row_number() over (partition by {{ columns }} order by as_of) = 1 as is_first,
            lag(attributes) over (partition by {{ columns }} order by as_of) as previous_attributes,
            lag(is_deleted) over (partition by {{ columns }} order by as_of) as previously_deleted
        from (
            select
                {{ columns }},
                as_of,
                known_at,
                load_id,
                is_deleted,
                last_value(attributes ignore nulls) over (
                    partition by {{ columns }} order by as_of rows between unbounded preceding and current row
                ) as attributes
            from {{ relation }}
        ) as carried
    ) as compared
    where
        is_first
        or is_deleted <> previously_deleted
        or attributes is distinct from previous_attributes
{% endmacro %}
