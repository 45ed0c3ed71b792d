with project_timeline as (
    select * from {{ ref('int_nav__project_timeline') }}
),

versions as (
    {{ scd2_versions('project_timeline', ['organization_id', 'project_id']) }}
),

final as (
    select
        {{ surrogate_key(['versions.organization_id', 'versions.project_id', 'versions.valid_from']) }} as project_key,
        versions.organization_id,
        versions.project_id,
        {%- for attribute in project_attributes() %}
        versions.attributes.{{ attribute }},
        {%- endfor %}
        {%- for attribute in restricted_project_attributes() %}
        {{ masked('versions.organization_id', 'versions.attributes.' ~ attribute) }} as {{ attribute }},
        {%- endfor %}
        {{ version_columns('versions') }}
    from versions
)

select * from final
