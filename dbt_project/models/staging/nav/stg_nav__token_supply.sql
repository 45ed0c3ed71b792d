with stated as (
    select * from {{ source('raw', 'nav_token_supply') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(product_id as varchar) as product_id,
        cast(chain as varchar) as chain,
        cast(as_of as timestamp) as as_of,
        cast(contract_address as varchar) as contract_address,
        cast(block_number as bigint) as block_number,
        cast(token_decimals as bigint) as token_decimals,
        cast(total_supply_units as decimal(38, 0)) as total_supply_units,
        cast(treasury_units as decimal(38, 0)) as treasury_units,
        cast(burnt_units as decimal(38, 0)) as burnt_units,
        cast(pending_mint_units as decimal(38, 0)) as pending_mint_units,
        cast(pending_burn_units as decimal(38, 0)) as pending_burn_units,
        cast(vault_assets_units as decimal(38, 0)) as vault_assets_units,
        cast(decimals_offset as bigint) as decimals_offset,
        cast(register_supply as decimal(38, 12)) as register_supply,
        cast(source as varchar) as source,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
