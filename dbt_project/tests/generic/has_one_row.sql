{# Exactly one row: with none, every join to it would quietly empty what follows. #}
{% test has_one_row(model) %}
select count(*) as row_count
from {{ model }}
having count(*) <> 1
{% endtest %}
