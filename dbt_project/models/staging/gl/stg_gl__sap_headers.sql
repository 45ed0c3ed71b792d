with stated as (
    select * from {{ source('raw', 'gl_sap_headers') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(gl_system as varchar) as gl_system,
        cast(entity as varchar) as entity,
        cast(fiscal_year as bigint) as fiscal_year,
        cast(document_number as varchar) as document_number,
        cast(document_type as varchar) as document_type,
        cast(document_date as date) as document_date,
        cast(posting_date as date) as posting_date,
        cast(fiscal_period as varchar) as fiscal_period,
        cast(transaction_currency as varchar) as transaction_currency,
        cast(company_currency as varchar) as company_currency,
        cast(exchange_rate as decimal(28, 12)) as exchange_rate,
        cast(is_indirect_quotation as boolean) as is_indirect_quotation,
        cast(second_currency as varchar) as second_currency,
        cast(second_exchange_rate as decimal(28, 12)) as second_exchange_rate,
        cast(is_second_indirect_quotation as boolean) as is_second_indirect_quotation,
        cast(reversal_document_number as varchar) as reversal_document_number,
        cast(reference as varchar) as reference,
        cast(memo as varchar) as memo,
        cast(status as varchar) as status,
        cast(left_out_reason as varchar) as left_out_reason,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
