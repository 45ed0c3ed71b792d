with lines as (
    select * from {{ ref('stg_gl__journal_lines') }}
),

reports as (
    select * from {{ ref('int_gl__reports') }}
),

-- a file states a journal's lines in full, so the newest file that has the journal has all of its lines
final as (
    select
        lines.organization_id,
        lines.gl_system,
        lines.entity,
        lines.journal_id,
        lines.line_id,
        lines.account_id,
        lines.debit,
        lines.credit,
        lines.memo,
        lines.status,
        lines.balancing_segment,
        reports.quarantined_count,
        reports.known_at,
        lines.load_id,
        lines.source_row,
    from lines
    inner join reports
        on
            lines.load_id = reports.load_id
            and lines.gl_system = reports.gl_system
            and lines.entity = reports.entity
    qualify
        dense_rank() over (
            partition by lines.organization_id, lines.gl_system, lines.entity, lines.journal_id
            order by reports.report_order desc
        ) = 1
)

select * from final
