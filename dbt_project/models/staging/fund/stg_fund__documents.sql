with stated as (
    select * from {{ source('raw', 'fund_documents') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(document_id as varchar) as document_id,
        cast(document_type as varchar) as document_type,
        cast(entity_type as varchar) as entity_type,
        cast(entity_id as varchar) as entity_id,
        cast(title as varchar) as title,
        cast(template as varchar) as template,
        cast(created_date as date) as created_date,
        cast(delivery_status as varchar) as delivery_status,
        cast(delivered_at as timestamp) as delivered_at,
        cast(classification as varchar) as classification,
        cast(sha256 as varchar) as sha256,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
