with stated_navs as (
    select * from {{ ref('stg_nav__history') }}
),

history as (
    select
    {%- for column in nav_history_columns() %}
        {{ column }},
    {%- endfor %}
    from stated_navs
),

filings as (
    select * from {{ ref('stg_nport__filings') }}
),

filed_navs as (
    select
    {%- for column in nav_history_columns() %}
        {{ filed_nav().get(column, 'null') }} as {{ column }},
    {%- endfor %}
    from filings
),

workbook_states as (
    {{ sheet_states('history', 'nav_history', ['product_id', 'share_class_id', 'valuation_date', 'version']) }}
),

filed_states as (
    {{ sheet_states('filed_navs', 'nport_filings', ['product_id', 'valuation_date']) }}
),

final as (
    select * from workbook_states
    union all
    select * from filed_states
)

select * from final
