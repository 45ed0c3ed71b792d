with investor_timeline as (
    select * from {{ ref('int_fund__investor_timeline') }}
),

versions as (
    {{ scd2_versions('investor_timeline', ['organization_id', 'investor_id']) }}
),

final as (
    select
        {{ surrogate_key(['versions.organization_id', 'versions.investor_id', 'versions.valid_from']) }}
            as investor_key,
        versions.organization_id,
        versions.investor_id,
        {%- for attribute in investor_attributes() %}
        versions.attributes.{{ attribute }},
        {%- endfor %}
        {%- for attribute in restricted_investor_attributes() %}
        {{ masked('versions.organization_id', 'versions.attributes.' ~ attribute) }} as {{ attribute }},
        {%- endfor %}
        {{ version_columns('versions') }}
    from versions
)

select * from final
