{#
    Tables and views, each replaced in one statement inside the transaction of its model: a reader sees the old one or the new one.

    dbt-duckdb builds beside the old one, renames both and drops one, each by a macro of its own, which takes longer than most
    models of Weir. Renames serve databases that cannot replace what others read; in DuckDB nothing depends on a table but by name.
#}
{% materialization view, adapter='duckdb' %}
    {%- set target = this.incorporate(type='view') -%}
    {%- do drop_unless_of_type(load_cached_relation(this), 'view') -%}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- if config.get('contract').enforced -%}
        {%- do get_assert_columns_equivalent(sql) -%}
    {%- endif -%}
    {% call statement('main') -%}
        create or replace view {{ target }} as (
            {{ sql }}
        );
    {%- endcall %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do adapter.commit() -%}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}


{% materialization table, adapter='duckdb' %}
    {%- set target = this.incorporate(type='table') -%}
    {%- do drop_unless_of_type(load_cached_relation(this), 'table') -%}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- if config.get('contract').enforced -%}
        {%- do get_assert_columns_equivalent(compiled_code) -%}
        {% call statement('main') -%}
            create or replace table {{ target }}
            {{ get_table_columns_and_constraints() }};
            insert into {{ target }} {{ get_column_names() }} (
                {{ get_select_subquery(compiled_code) }}
            );
        {%- endcall %}
    {%- else -%}
        {% call statement('main') -%}
            create or replace table {{ target }} as (
                {{ compiled_code }}
            );
        {%- endcall %}
    {%- endif -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do adapter.commit() -%}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}


{# A view takes the place of a table, or a table that of a view, only when that is gone. #}
{% macro drop_unless_of_type(relation, type) -%}
    {%- if relation is not none and relation.type != type -%}
        {%- do adapter.drop_relation(relation) -%}
    {%- endif -%}
{%- endmacro %}
