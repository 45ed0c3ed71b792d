with stated as (
    select * from {{ source('raw', 'nav_corporate_actions') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(action_id as varchar) as action_id,
        cast(instrument_id as varchar) as instrument_id,
        cast(action_type as varchar) as action_type,
        cast(ex_date as date) as ex_date,
        cast(record_date as date) as record_date,
        cast(pay_date as date) as pay_date,
        cast(effective_date as date) as effective_date,
        cast(amount_per_unit as decimal(38, 12)) as amount_per_unit,
        cast(currency as varchar) as currency,
        cast(withholding_rate as decimal(18, 12)) as withholding_rate,
        cast(ratio_from as decimal(38, 12)) as ratio_from,
        cast(ratio_to as decimal(38, 12)) as ratio_to,
        cast(level as decimal(38, 12)) as level,
        cast(new_instrument_id as varchar) as new_instrument_id,
        cast(source as varchar) as source,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
