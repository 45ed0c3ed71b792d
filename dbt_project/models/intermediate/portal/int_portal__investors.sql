with state as (
    {{ fold_loads(
        ref('stg_portal__investors'),
        ['portal', 'portal_fund_id', 'portal_investor_id'],
        ['portal_fund_name', 'investor_name', 'investor_type', 'tax_id', 'jurisdiction', 'kyc_status', 'kyc_date',
         'export_date'],
    ) }}
),

final as (
    select
        organization_id,
        portal,
        portal_fund_id,
        portal_investor_id,
        portal_fund_name,
        investor_name,
        investor_type,
        tax_id,
        jurisdiction,
        kyc_status,
        kyc_date,
        export_date,
        load_id,
        known_at,
        source_row,
    from state
)

select * from final
