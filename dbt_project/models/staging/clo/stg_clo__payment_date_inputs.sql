with stated as (
    select * from {{ source('raw', 'clo_payment_date_inputs') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(deal_id as varchar) as deal_id,
        cast(payment_date as date) as payment_date,
        cast(role as varchar) as role,
        cast(item as varchar) as item,
        cast(key as varchar) as key,
        cast(measure as varchar) as measure,
        cast(value as varchar) as value,
        cast(value_amount as decimal(24, 4)) as value_amount,
        cast(value_rate as decimal(18, 12)) as value_rate,
        cast(value_date as date) as value_date,
        cast(value_flag as boolean) as value_flag,
        cast(unit as varchar) as unit,
        cast(currency as varchar) as currency,
        cast(printed_decimals as bigint) as printed_decimals,
        cast(source_file as varchar) as source_file,
        cast(source_page as varchar) as source_page,
        cast(known_at as timestamp) as known_at,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
