with entries as (
    select * from {{ ref('stg_gl__entries') }}
),

reports as (
    select * from {{ ref('int_gl__reports') }}
),

lines as (
    select * from {{ ref('int_gl__journal_lines') }}
),

headers as (
    select * from {{ ref('int_gl__journal_headers') }}
),

accounts as (
    select * from {{ ref('int_gl__accounts') }}
),

document_lines as (
    select * from {{ ref('int_gl__sap_lines') }}
    union all
    select * from {{ ref('int_gl__oracle_lines') }}
),

-- lines that come whole
whole as (
    select
        entries.organization_id,
        entries.gl_system,
        entries.entity,
        entries.journal_id,
        entries.line_id,
        entries.posting_date,
        entries.account_code,
        entries.account_name,
        coalesce(entries.account_type, accounts.account_type) as account_type,
        entries.debit,
        entries.credit,
        entries.currency,
        entries.memo,
        entries.transaction_type,
        entries.document_number,
        entries.balancing_segment,
        entries.transaction_amount,
        entries.transaction_currency,
        -- budgets, statistics and the lines of further ledgers are kept apart from the journal
        coalesce(entries.status, 'POSTED') in ('POSTED', 'REVERSED') and entries.left_out_reason is null as is_posted,
        cast(date_trunc('month', entries.posting_date) as date) as period_start,
        reports.quarantined_count,
        reports.report_order,
        reports.known_at,
        entries.load_id,
        entries.source_row,
    from entries
    inner join reports
        on
            entries.load_id = reports.load_id
            and entries.gl_system = reports.gl_system
            and entries.entity = reports.entity
    left join accounts
        on
            entries.organization_id = accounts.organization_id
            and entries.gl_system = accounts.gl_system
            and entries.entity = accounts.entity
            and entries.account_code = accounts.account_id
),

-- lines that are whole with the header and the account that other files state
joined as (
    select
        lines.organization_id,
        lines.gl_system,
        lines.entity,
        lines.journal_id,
        lines.line_id,
        headers.posting_date,
        coalesce(accounts.account_code, lines.account_id) as account_code,
        accounts.account_name,
        accounts.account_type,
        lines.debit,
        lines.credit,
        headers.currency,
        coalesce(lines.memo, headers.memo) as memo,
        headers.journal_code as transaction_type,
        headers.document_number,
        lines.balancing_segment,
        cast(null as decimal(24, 4)) as transaction_amount,
        cast(null as varchar) as transaction_currency,
        headers.status in ('POSTED', 'REVERSED') and lines.status <> 'DELETED' as is_posted,
        cast(date_trunc('month', headers.posting_date) as date) as period_start,
        lines.quarantined_count + headers.quarantined_count as quarantined_count,
        cast(null as bigint) as report_order,
        greatest(lines.known_at, headers.known_at, coalesce(accounts.known_at, headers.known_at)) as known_at,
        lines.load_id,
        lines.source_row,
    from lines
    inner join headers
        on
            lines.organization_id = headers.organization_id
            and lines.gl_system = headers.gl_system
            and lines.entity = headers.entity
            and lines.journal_id = headers.journal_id
    left join accounts
        on
            lines.organization_id = accounts.organization_id
            and lines.gl_system = accounts.gl_system
            and lines.entity = accounts.entity
            and lines.account_id = accounts.account_id
    where headers.posting_date is not null
),

-- documents of which a whole journal already states the day are in it
documents as (
    select
        document_lines.organization_id,
        document_lines.gl_system,
        document_lines.entity,
        document_lines.journal_id,
        document_lines.line_id,
        document_lines.posting_date,
        document_lines.account_code,
        cast(null as varchar) as account_name,
        cast(null as varchar) as account_type,
        case when document_lines.is_debit then document_lines.amount end as debit,
        case when not document_lines.is_debit then document_lines.amount end as credit,
        document_lines.currency,
        document_lines.memo,
        document_lines.transaction_type,
        document_lines.document_number,
        cast(null as varchar) as balancing_segment,
        document_lines.transaction_amount,
        document_lines.transaction_currency,
        document_lines.status in ('POSTED', 'REVERSED') and document_lines.left_out_reason is null as is_posted,
        cast(date_trunc('month', document_lines.posting_date) as date) as period_start,
        0 as quarantined_count,
        cast(null as bigint) as report_order,
        document_lines.known_at,
        document_lines.load_id,
        document_lines.source_row,
    from document_lines
    where not exists (
        select 1
        from reports
        where
            reports.organization_id = document_lines.organization_id
            and reports.gl_system = document_lines.gl_system
            and reports.entity = document_lines.entity
            and document_lines.posting_date between reports.period_start and reports.period_end
    )
),

final as (
    select * from whole
    union all
    select * from joined
    union all
    select * from documents
)

select * from final
