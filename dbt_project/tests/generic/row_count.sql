{# Exactly this many rows, for catalogues whose length is a fact. #}
{% test row_count(model, expected) %}
select count(*) as row_count
from {{ model }}
having count(*) <> {{ expected }}
{% endtest %}
