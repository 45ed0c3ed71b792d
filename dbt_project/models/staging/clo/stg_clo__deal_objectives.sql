with stated as (
    select * from {{ source('raw', 'clo_deal_objectives') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(deal_id as varchar) as deal_id,
        cast(sequence as integer) as sequence,
        cast(test_name as varchar) as test_name,
        cast(result_stated as double) as result_stated,
        cast(test_number as integer) as test_number,
        cast(weight as double) as weight,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
        cast(_column as integer) as source_column,
    from stated
)

select * from final
