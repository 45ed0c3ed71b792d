with stated as (
    select * from {{ source('raw', 'gl_sap_items') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(gl_system as varchar) as gl_system,
        cast(entity as varchar) as entity,
        cast(fiscal_year as bigint) as fiscal_year,
        cast(document_number as varchar) as document_number,
        cast(line_number as varchar) as line_number,
        cast(posting_key as varchar) as posting_key,
        cast(side as varchar) as side,
        cast(account_code as varchar) as account_code,
        cast(stored_company_amount as decimal(24, 4)) as stored_company_amount,
        cast(stored_transaction_amount as decimal(24, 4)) as stored_transaction_amount,
        cast(assignment as varchar) as assignment,
        cast(memo as varchar) as memo,
        cast(cost_center as varchar) as cost_center,
        cast(profit_center as varchar) as profit_center,
        cast(counterparty as varchar) as counterparty,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
