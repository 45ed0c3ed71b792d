with stated as (
    select * from {{ source('raw', 'portal_investors') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(portal as varchar) as portal,
        cast(portal_fund_id as varchar) as portal_fund_id,
        cast(portal_fund_name as varchar) as portal_fund_name,
        cast(portal_investor_id as varchar) as portal_investor_id,
        cast(investor_name as varchar) as investor_name,
        cast(investor_type as varchar) as investor_type,
        cast(tax_id as varchar) as tax_id,
        cast(jurisdiction as varchar) as jurisdiction,
        cast(kyc_status as varchar) as kyc_status,
        cast(kyc_date as date) as kyc_date,
        cast(export_date as date) as export_date,
        cast('upsert' as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
