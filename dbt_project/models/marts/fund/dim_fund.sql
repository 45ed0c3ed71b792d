with fund_timeline as (
    select * from {{ ref('int_fund__fund_timeline') }}
),

versions as (
    {{ scd2_versions('fund_timeline', ['organization_id', 'fund_id']) }}
),

final as (
    select
        {{ surrogate_key(['versions.organization_id', 'versions.fund_id', 'versions.valid_from']) }} as fund_key,
        versions.organization_id,
        versions.fund_id,
        {%- for attribute in fund_attributes() %}
        versions.attributes.{{ attribute }},
        {%- endfor %}
        {{ version_columns('versions') }}
    from versions
)

select * from final
