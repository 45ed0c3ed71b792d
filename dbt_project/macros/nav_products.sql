{# The product sheets of the NAV workbook by product type: the one list of them. Source: nav 1.2, input-contracts 4.1. #}
{% macro nav_product_types() -%}
    {{ return([
        'fund',
        'bond',
        'equity',
        'commodity',
        'structured',
        'quant',
        'private_equity',
        'private_debt',
        'real_estate',
        'energy',
        'infrastructure',
        'collectible',
        'asset_backed',
        'digital_fund',
        'stablecoin',
    ]) }}
{%- endmacro %}

{# What every product sheet states. #}
{% macro nav_product_columns() -%}
    {{ return([
        'project_id',
        'product_name',
        'subtype',
        'status',
        'currency',
        'measurement_basis',
        'instrument_id',
        'inception_date',
        'target_raise',
        'valuation_calendar',
        'valuation_cutoff',
        'nav_frequency',
        'nav_dp',
        'unitless',
        'shares_outstanding',
        'shares_as_of',
        'year_fraction',
    ]) }}
{%- endmacro %}

{# What a row of any product sheet has, in order, as nav_stated_products returns it. #}
{% macro nav_stated_product_columns() -%}
    {{ return(
        ['organization_id', 'load_id', 'product_id', 'product_type', 'table_name']
        + nav_product_columns()
        + ['row_action', 'source_sheet', 'source_row']
    ) }}
{%- endmacro %}

{# Rows of all product sheets as staged, with their type and raw table. #}
{% macro nav_stated_products() -%}
    {%- for product_type in nav_product_types() %}
    select
        organization_id,
        load_id,
        product_id,
        '{{ product_type }}' as product_type,
        'nav_{{ product_type }}_products' as table_name,
        {%- for column in nav_product_columns() %}
        {{ column }},
        {%- endfor %}
        row_action,
        source_sheet,
        source_row,
    from {{ ref('stg_nav__' ~ product_type ~ '_products') }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
{%- endmacro %}
