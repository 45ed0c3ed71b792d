with stated as (
    select * from {{ source('raw', 'clo_deal_list') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(sequence as integer) as sequence,
        cast(deal_name as varchar) as deal_name,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
        cast(_column as integer) as source_column,
    from stated
)

select * from final
