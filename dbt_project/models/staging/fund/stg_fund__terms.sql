with stated as (
    select * from {{ source('raw', 'fund_terms') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(term_id as varchar) as term_id,
        cast(fund_id as varchar) as fund_id,
        cast(class_code as varchar) as class_code,
        cast(investor_id as varchar) as investor_id,
        cast(term_type as varchar) as term_type,
        cast(term_name as varchar) as term_name,
        cast(term_value as varchar) as term_value,
        cast(effective_date as date) as effective_date,
        cast(expiry_date as date) as expiry_date,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
