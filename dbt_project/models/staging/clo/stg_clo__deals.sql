with stated as (
    select * from {{ source('raw', 'clo_deals') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(deal_id as varchar) as deal_id,
        cast(deal_name as varchar) as deal_name,
        cast(template_generation as integer) as template_generation,
        cast(analysis_date as date) as analysis_date,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
        cast(_column as integer) as source_column,
    from stated
)

select * from final
