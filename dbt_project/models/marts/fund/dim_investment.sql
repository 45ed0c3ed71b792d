with investment_timeline as (
    select * from {{ ref('int_fund__investment_timeline') }}
),

versions as (
    {{ scd2_versions('investment_timeline', ['organization_id', 'investment_id']) }}
),

final as (
    select
        {{ surrogate_key(['versions.organization_id', 'versions.investment_id', 'versions.valid_from']) }}
            as investment_key,
        versions.organization_id,
        versions.investment_id,
        {%- for attribute in investment_attributes() %}
        versions.attributes.{{ attribute }},
        {%- endfor %}
        {{ version_columns('versions') }}
    from versions
)

select * from final
