with stated as (
    select * from {{ source('raw', 'clo_recorded_results') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(sheet_name as varchar) as sheet_name,
        cast(output_kind as varchar) as output_kind,
        cast(deal_id as varchar) as deal_id,
        cast(block as integer) as block,
        cast(record_number as integer) as record_number,
        cast(field as varchar) as field,
        cast(value_number as double) as value_number,
        cast(value_text as varchar) as value_text,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
        cast(_column as integer) as source_column,
    from stated
)

select * from final
