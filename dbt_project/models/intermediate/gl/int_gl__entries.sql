with entries as (
    select * from {{ ref('stg_gl__entries') }}
),

reports as (
    select * from {{ ref('int_gl__reports') }}
),

-- a report states its period in full, so a later one over the same day replaces every line of that day
final as (
    select
        entries.organization_id,
        entries.gl_system,
        entries.entity,
        entries.journal_id,
        entries.line_id,
        entries.posting_date,
        entries.account_code,
        entries.account_name,
        entries.account_type,
        entries.debit,
        entries.credit,
        entries.currency,
        entries.memo,
        entries.transaction_type,
        entries.document_number,
        reports.known_at,
        entries.load_id,
        entries.source_row,
    from entries
    inner join reports
        on
            entries.load_id = reports.load_id
            and entries.gl_system = reports.gl_system
            and entries.entity = reports.entity
    where not exists (
        select 1
        from reports as later
        where
            later.organization_id = reports.organization_id
            and later.gl_system = reports.gl_system
            and later.entity = reports.entity
            and later.report_order > reports.report_order
            and entries.posting_date between later.period_start and later.period_end
    )
)

select * from final
