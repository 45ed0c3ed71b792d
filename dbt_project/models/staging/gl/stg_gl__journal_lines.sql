with stated as (
    select * from {{ source('raw', 'gl_journal_lines') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(gl_system as varchar) as gl_system,
        cast(entity as varchar) as entity,
        cast(journal_id as varchar) as journal_id,
        cast(line_id as varchar) as line_id,
        cast(account_id as varchar) as account_id,
        cast(debit as decimal(24, 4)) as debit,
        cast(credit as decimal(24, 4)) as credit,
        cast(memo as varchar) as memo,
        cast(counterparty as varchar) as counterparty,
        cast(status as varchar) as status,
        cast(balancing_segment as varchar) as balancing_segment,
        cast(dimensions as varchar) as dimensions,
        cast(stated_amount as decimal(24, 4)) as stated_amount,
        cast(_row as integer) as source_row,
    from stated
)

select * from final
