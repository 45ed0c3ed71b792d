with stated as (
    select * from {{ source('raw', 'nav_reserves') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(product_id as varchar) as product_id,
        cast(reserve_id as varchar) as reserve_id,
        cast(as_of as timestamp) as as_of,
        cast(kind as varchar) as kind,
        cast(instrument_id as varchar) as instrument_id,
        cast(quantity as decimal(38, 12)) as quantity,
        cast(value as decimal(38, 12)) as value,
        cast(currency as varchar) as currency,
        cast(haircut_rate as decimal(18, 12)) as haircut_rate,
        cast(rating as varchar) as rating,
        cast(custodian_id as varchar) as custodian_id,
        cast(attestation_date as date) as attestation_date,
        cast(is_exogenous as boolean) as is_exogenous,
        cast(debt_principal as decimal(38, 12)) as debt_principal,
        cast(stability_fee_rate as decimal(18, 12)) as stability_fee_rate,
        cast(stability_fee_from as date) as stability_fee_from,
        cast(fee_compounding as varchar) as fee_compounding,
        cast(minimum_collateral_ratio as decimal(28, 18)) as minimum_collateral_ratio,
        cast(liquidation_ratio as decimal(28, 18)) as liquidation_ratio,
        cast(serial_number as varchar) as serial_number,
        cast(gross_weight as decimal(38, 12)) as gross_weight,
        cast(fineness as decimal(18, 12)) as fineness,
        cast(unit_of_measure as varchar) as unit_of_measure,
        cast(fine_weight_dp as bigint) as fine_weight_dp,
        cast(source as varchar) as source,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
