with share_class_timeline as (
    select * from {{ ref('int_nav__share_class_timeline') }}
),

versions as (
    {{ scd2_versions('share_class_timeline', ['organization_id', 'share_class_id']) }}
),

final as (
    select
        {{ surrogate_key(['versions.organization_id', 'versions.share_class_id', 'versions.valid_from']) }}
            as share_class_key,
        versions.organization_id,
        versions.share_class_id,
        {%- for attribute in share_class_attributes() %}
        versions.attributes.{{ attribute }},
        {%- endfor %}
        {{ version_columns('versions') }}
    from versions
)

select * from final
