{#
    Versions of a key follow each other without gap or overlap: the first opens at 1900-01-01, each next one opens where the
    one before closes, exactly one is current and it alone is open. Source: design 5, input-contracts 1.1.
#}
{% test scd2_integrity(model, key) %}
select
    {{ key | join(', ') }},
    valid_from,
    valid_to
from (
    select
        {{ key | join(', ') }},
        valid_from,
        valid_to,
        is_current,
        lag(valid_to) over (partition by {{ key | join(', ') }} order by valid_from) as previous_valid_to,
        row_number() over (partition by {{ key | join(', ') }} order by valid_from) as version_number,
        row_number() over (partition by {{ key | join(', ') }} order by valid_from desc) as version_from_last
    from {{ model }}
) as versions
where
    (version_number = 1 and valid_from <> date '1900-01-01')
    or (version_number > 1 and previous_valid_to is distinct from valid_from)
    or (valid_to is not null and valid_to <= valid_from)
    or (is_current <> (version_from_last = 1))
    or (is_current <> (valid_to is null))
{% endtest %}
