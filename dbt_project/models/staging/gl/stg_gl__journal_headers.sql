with stated as (
    select * from {{ source('raw', 'gl_journal_headers') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(gl_system as varchar) as gl_system,
        cast(entity as varchar) as entity,
        cast(journal_id as varchar) as journal_id,
        cast(posting_date as date) as posting_date,
        cast(journal_code as varchar) as journal_code,
        cast(document_number as varchar) as document_number,
        cast(currency as varchar) as currency,
        cast(exchange_rate as decimal(38, 12)) as exchange_rate,
        cast(memo as varchar) as memo,
        cast(status as varchar) as status,
        cast(reverses_journal_id as varchar) as reverses_journal_id,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
