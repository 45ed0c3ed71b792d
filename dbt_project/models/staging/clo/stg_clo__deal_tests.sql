with stated as (
    select * from {{ source('raw', 'clo_deal_tests') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(deal_id as varchar) as deal_id,
        cast(sequence as integer) as sequence,
        cast(test_number as integer) as test_number,
        cast(test_name as varchar) as test_name,
        cast(direction as varchar) as direction,
        cast(threshold as double) as threshold,
        cast(overwrite as double) as overwrite,
        cast(previous_value as double) as previous_value,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
        cast(_column as integer) as source_column,
    from stated
)

select * from final
