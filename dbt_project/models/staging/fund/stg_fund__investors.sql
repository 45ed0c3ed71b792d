with stated as (
    select * from {{ source('raw', 'fund_investors') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(investor_id as varchar) as investor_id,
        cast(investor_name as varchar) as investor_name,
        cast(investor_type as varchar) as investor_type,
        cast(investor_category as varchar) as investor_category,
        cast(geography as varchar) as geography,
        cast(industry as varchar) as industry,
        cast(aum_range as varchar) as aum_range,
        cast(tax_id as varchar) as tax_id,
        cast(jurisdiction as varchar) as jurisdiction,
        cast(email as varchar) as email,
        cast(phone as varchar) as phone,
        cast(contact_name as varchar) as contact_name,
        cast(address as varchar) as address,
        cast(kyc_status as varchar) as kyc_status,
        cast(kyc_date as date) as kyc_date,
        cast(aml_status as varchar) as aml_status,
        cast(is_accredited as boolean) as is_accredited,
        cast(is_qualified_purchaser as boolean) as is_qualified_purchaser,
        cast(tax_class as varchar) as tax_class,
        cast(default_withholding_rate as decimal(18, 12)) as default_withholding_rate,
        cast(parent_investor_id as varchar) as parent_investor_id,
        cast(version as bigint) as version,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
