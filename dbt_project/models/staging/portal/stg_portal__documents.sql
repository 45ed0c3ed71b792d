with stated as (
    select * from {{ source('raw', 'portal_documents') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(portal as varchar) as portal,
        cast(portal_fund_id as varchar) as portal_fund_id,
        cast(portal_investor_id as varchar) as portal_investor_id,
        cast(document_id as varchar) as document_id,
        cast(document_type as varchar) as document_type,
        cast(status as varchar) as status,
        cast(export_date as date) as export_date,
        cast('upsert' as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
