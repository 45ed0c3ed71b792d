with assets as (
    select * from {{ ref('stg_clo__assets') }}
),

loads as (
    select * from {{ ref('int_feeds__loads_in_force') }}
    where kind = 'clo_workbook'
),

row_counts as (
    select * from {{ ref('stg_weir__row_counts') }}
    where table_name = 'clo_assets'
),

rejected_rows as (
    select * from {{ ref('stg_weir__rejected_rows') }}
    where table_name = 'clo_assets'
),

field_locations as (
    select * from {{ ref('stg_weir__field_locations') }}
    where table_name = 'clo_assets' and field = 'asset_id' and axis = 'column'
),

described as (
    select
        loads.organization_id,
        assets.asset_id,
        loads.feed_id,
        loads.load_id,
        first_value(loads.feed_id) over (
            partition by loads.organization_id, assets.asset_id
            order by loads.known_at, loads.load_id
        ) as owner_feed_id,
        min(loads.as_of) over (partition by loads.organization_id, assets.asset_id, loads.feed_id) as first_as_of,
        struct_pack(
            {%- for property in clo_asset_properties() %}
            {{ property }} := assets.{{ property }}{{ ',' if not loop.last }}
            {%- endfor %}
        ) as attributes,
    from assets
    inner join loads
        on assets.load_id = loads.load_id
),

asset_ids as (
    select distinct
        organization_id,
        asset_id,
        feed_id,
        first_as_of,
    from described
    where feed_id = owner_feed_id
),

-- loads that speak about assets at all; a missing sheet states nothing, so it deletes nothing
stating_loads as (
    select load_id from assets
    union
    select load_id from row_counts
),

-- a quarantined row is unreadable, not gone
quarantined as (
    select distinct
        rejected_rows.load_id,
        {{ clean_text(json_text('rejected_rows.payload', column_letters('field_locations.position'))) }} as asset_id,
    from rejected_rows
    inner join field_locations
        on
            rejected_rows.load_id = field_locations.load_id
            and rejected_rows.source_sheet = field_locations.source_sheet
),

final as (
    select
        asset_ids.organization_id,
        asset_ids.asset_id,
        loads.as_of,
        loads.known_at,
        loads.load_id,
        described.asset_id is null as is_deleted,
        described.attributes,
    from asset_ids
    -- 1:n on purpose, every later load of the feed states the asset or its absence
    inner join loads
        on
            asset_ids.feed_id = loads.feed_id
            and asset_ids.first_as_of <= loads.as_of
    inner join stating_loads
        on loads.load_id = stating_loads.load_id
    left join described
        on
            loads.load_id = described.load_id
            and asset_ids.asset_id = described.asset_id
    left join quarantined
        on
            loads.load_id = quarantined.load_id
            and asset_ids.asset_id = quarantined.asset_id
    where
        described.asset_id is not null
        or (loads.mode = 'full' and quarantined.asset_id is null)
    qualify
        row_number() over (
            partition by asset_ids.organization_id, asset_ids.asset_id, loads.as_of
            order by loads.known_at desc, loads.load_id desc
        ) = 1
)

select * from final
