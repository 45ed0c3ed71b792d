with headers as (
    select * from {{ ref('stg_gl__journal_headers') }}
),

reports as (
    select * from {{ ref('int_gl__reports') }}
),

stated as (
    select
        headers.organization_id,
        headers.gl_system,
        headers.entity,
        headers.journal_id,
        headers.posting_date,
        headers.journal_code,
        headers.document_number,
        headers.currency,
        headers.exchange_rate,
        headers.memo,
        headers.status,
        headers.reverses_journal_id,
        headers.load_id,
        reports.known_at,
        reports.report_order,
        reports.quarantined_count,
        min(headers.posting_date) over (partition by headers.load_id, headers.gl_system, headers.entity) as first_day,
        max(headers.posting_date) over (partition by headers.load_id, headers.gl_system, headers.entity) as last_day,
    from headers
    inner join reports
        on
            headers.load_id = reports.load_id
            and headers.gl_system = reports.gl_system
            and headers.entity = reports.entity
),

spans as (
    select distinct
        organization_id,
        gl_system,
        entity,
        report_order,
        first_day,
        last_day,
    from stated
),

newest as (
    select * from stated
    qualify
        row_number() over (
            partition by organization_id, gl_system, entity, journal_id
            order by report_order desc
        ) = 1
),

-- a file states its days in full, so a journal that a later file over its day lacks is gone
final as (
    select
        newest.organization_id,
        newest.gl_system,
        newest.entity,
        newest.journal_id,
        newest.posting_date,
        newest.journal_code,
        newest.document_number,
        newest.currency,
        newest.exchange_rate,
        newest.memo,
        newest.status,
        newest.reverses_journal_id,
        newest.quarantined_count,
        newest.known_at,
        newest.load_id,
    from newest
    where not exists (
        select 1
        from spans
        where
            spans.organization_id = newest.organization_id
            and spans.gl_system = newest.gl_system
            and spans.entity = newest.entity
            and spans.report_order > newest.report_order
            and newest.posting_date between spans.first_day and spans.last_day
    )
)

select * from final
