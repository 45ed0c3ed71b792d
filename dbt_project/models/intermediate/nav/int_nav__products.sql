with workbook_products as (
    {{ nav_stated_products() }}
),

filings as (
    select * from {{ ref('stg_nport__filings') }}
),

-- a registered fund reports no shares
filed_products as (
    select
    {%- for column in nav_stated_product_columns() %}
        {{ filed_product().get(column, 'null') }} as {{ column }},
    {%- endfor %}
    from filings
),

stated as (
    select * from workbook_products
    union all
    select * from filed_products
),

state_loads as (
    select * from {{ ref('int_feeds__state_loads') }}
),

final as (
    select
        state_loads.state_id,
        state_loads.feed_id,
        state_loads.known_from,
        state_loads.known_to,
        state_loads.known_at,
        stated.*,
    from stated
    inner join state_loads
        on
            stated.load_id = state_loads.load_id
            and stated.table_name = state_loads.table_name
    qualify
        row_number() over (
            partition by state_loads.state_id, stated.table_name, stated.product_id
            order by state_loads.load_order desc, stated.source_row desc
        ) = 1
        and stated.row_action <> 'delete'
)

select * from final
