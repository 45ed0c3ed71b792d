with instrument_timeline as (
    select * from {{ ref('int_nav__instrument_timeline') }}
),

versions as (
    {{ scd2_versions('instrument_timeline', ['organization_id', 'instrument_id']) }}
),

final as (
    select
        {{ surrogate_key(['versions.organization_id', 'versions.instrument_id', 'versions.valid_from']) }}
            as instrument_key,
        versions.organization_id,
        versions.instrument_id,
        {%- for attribute in instrument_attributes() %}
        versions.attributes.{{ attribute }},
        {%- endfor %}
        {{ version_columns('versions') }}
    from versions
)

select * from final
