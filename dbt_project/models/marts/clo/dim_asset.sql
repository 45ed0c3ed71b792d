with asset_states as (
    select * from {{ ref('int_clo__asset_states') }}
),

versions as (
    {{ scd2_versions('asset_states', ['organization_id', 'asset_id']) }}
),

final as (
    select
        {{ surrogate_key(['versions.organization_id', 'versions.asset_id', 'versions.valid_from']) }} as asset_key,
        versions.organization_id,
        versions.asset_id,
        {%- for property in clo_asset_properties() %}
        versions.attributes.{{ property }},
        {%- endfor %}
        {{ version_columns('versions') }}
    from versions
)

select * from final
