with stated as (
    select * from {{ source('raw', 'clo_deal_parameters') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(deal_id as varchar) as deal_id,
        cast(section as varchar) as section,
        cast(name as varchar) as name,
        cast(label as varchar) as label,
        cast(value_type as varchar) as value_type,
        cast(value_number as double) as value_number,
        cast(value_date as date) as value_date,
        cast(value_boolean as boolean) as value_boolean,
        cast(value_text as varchar) as value_text,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
        cast(_column as integer) as source_column,
    from stated
)

select * from final
