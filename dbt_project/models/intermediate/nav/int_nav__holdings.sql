with stated_holdings as (
    select
        *,
        false as is_stated_value,
    from {{ ref('stg_nav__holdings') }}
),

workbook_holdings as (
    select
    {%- for column in holding_columns() %}
        {{ column }},
    {%- endfor %}
    from stated_holdings
),

nport_holdings as (
    select * from {{ ref('stg_nport__holdings') }}
),

filed_holdings as (
    select
    {%- for column in holding_columns() %}
        {{ filed_holding().get(column, 'null') }} as {{ column }},
    {%- endfor %}
    from nport_holdings
),

workbook_states as (
    {{ sheet_states(
        'workbook_holdings',
        'nav_holdings',
        ['product_id', 'share_class_id', 'instrument_id', 'leg', 'lot_id', 'as_of_date']
    ) }}
),

filed_states as (
    {{ sheet_states('filed_holdings', 'nport_holdings', ['product_id', 'lot_id', 'as_of_date']) }}
),

final as (
    select * from workbook_states
    union all
    select * from filed_states
)

select * from final
