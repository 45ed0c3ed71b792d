with {%- for product_type in nav_product_types() %}
{{ product_type }}_products as (
    select
        *,
        '{{ product_type }}' as product_type,
    from {{ ref('stg_nav__' ~ product_type ~ '_products') }}
),
{% endfor %}
filings as (
    select * from {{ ref('stg_nport__filings') }}
),

filed_products as (
    select
        organization_id,
        load_id,
        product_id,
        source_row,
        'upsert' as row_action,
        {%- for attribute in product_attributes() %}
        {{ filed_product_attributes().get(attribute, 'null') }} as {{ attribute }},
        {%- endfor %}
    from filings
),

horizons as (
    select * from {{ ref('int_nav__product_horizons') }}
),

states as (
    {%- for product_type in nav_product_types() %}
    {{ dimension_states(
        product_type ~ '_products',
        'nav_' ~ product_type ~ '_products',
        ['product_id'],
        product_attributes(),
        'horizons',
        ['product_id']
    ) }}
    union all
    {%- endfor %}
    {{ dimension_states(
        'filed_products',
        'nport_filings',
        ['product_id'],
        product_attributes(),
        'horizons',
        ['product_id']
    ) }}
),

final as (
    select *
    from states
    -- a product that moves to another sheet is not deleted by leaving the first
    qualify row_number() over (
        partition by organization_id, product_id, as_of order by is_deleted asc, known_at desc, load_id desc
    ) = 1
)

select * from final
