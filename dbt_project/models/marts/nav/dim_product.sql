with product_timeline as (
    select * from {{ ref('int_nav__product_timeline') }}
),

versions as (
    {{ scd2_versions('product_timeline', ['organization_id', 'product_id']) }}
),

final as (
    select
        {{ surrogate_key(['versions.organization_id', 'versions.product_id', 'versions.valid_from']) }} as product_key,
        versions.organization_id,
        versions.product_id,
        {%- for attribute in product_attributes() %}
        versions.attributes.{{ attribute }},
        {%- endfor %}
        {{ version_columns('versions') }}
    from versions
)

select * from final
