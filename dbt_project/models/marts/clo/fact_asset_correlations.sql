with correlations as (
    select * from {{ ref('int_clo__correlations') }}
),

dim_asset as (
    select * from {{ ref('dim_asset') }}
),

matrix_days as (
    select distinct
        organization_id,
        as_of,
    from correlations
),

-- an organisation's matrix has one day, so the versions are looked up once an asset and not once a pair
asset_versions as (
    select
        dim_asset.organization_id,
        dim_asset.asset_id,
        dim_asset.asset_key,
    from dim_asset
    inner join matrix_days
        on
            dim_asset.organization_id = matrix_days.organization_id
            and {{ valid_on('dim_asset', 'matrix_days.as_of') }}
),

final as (
    select
        correlations.organization_id,
        first_assets.asset_key as asset_key_1,
        correlations.asset_id_1,
        second_assets.asset_key as asset_key_2,
        correlations.asset_id_2,
        correlations.as_of as event_date,
        {{ date_id('correlations.as_of') }} as date_id,
        correlations.correlation,
        correlations.known_at,
        correlations.load_id,
        correlations.source_row,
        correlations.source_column,
    from correlations
    -- the matrix names assets that the workbook no longer describes, so a key may be unknown
    left join asset_versions as first_assets
        on
            correlations.organization_id = first_assets.organization_id
            and correlations.asset_id_1 = first_assets.asset_id
    left join asset_versions as second_assets
        on
            correlations.organization_id = second_assets.organization_id
            and correlations.asset_id_2 = second_assets.asset_id
)

select * from final
