with entries as (
    select
        *,
        {{ surrogate_key([
            'posting_date', 'account_code', 'debit', 'credit', 'currency', 'memo', 'counterparty', 'transaction_type',
            'document_number',
        ]) }} as content_hash,
    from {{ ref('stg_gl__entries') }}
),

reports as (
    select * from {{ ref('int_gl__reports') }}
),

lines as (
    select
        entries.*,
        reports.report_order,
        reports.known_at,
    from entries
    inner join reports
        on
            entries.load_id = reports.load_id
            and entries.gl_system = reports.gl_system
            and entries.entity = reports.entity
),

-- what stood in the days of a report before it came: the lines of the last report before it that covers the day
before as (
    select
        reports.load_id as by_load_id,
        reports.known_at as changed_at,
        lines.*,
    from reports
    inner join lines
        on
            reports.organization_id = lines.organization_id
            and reports.gl_system = lines.gl_system
            and reports.entity = lines.entity
            and reports.report_order > lines.report_order
            and lines.posting_date between reports.period_start and reports.period_end
    where not exists (
        select 1
        from reports as between_them
        where
            between_them.organization_id = lines.organization_id
            and between_them.gl_system = lines.gl_system
            and between_them.entity = lines.entity
            and between_them.report_order > lines.report_order
            and between_them.report_order < reports.report_order
            and lines.posting_date between between_them.period_start and between_them.period_end
    )
),

-- lines of days that no report had covered before are new, not changed
after as (
    select
        lines.load_id as by_load_id,
        lines.known_at as changed_at,
        lines.*,
    from lines
    where exists (
        select 1
        from reports as earlier
        where
            lines.organization_id = earlier.organization_id
            and lines.gl_system = earlier.gl_system
            and lines.entity = earlier.entity
            and lines.report_order > earlier.report_order
            and lines.posting_date between earlier.period_start and earlier.period_end
    )
),

compared as (
    select
        coalesce(after.organization_id, before.organization_id) as organization_id,
        coalesce(after.gl_system, before.gl_system) as gl_system,
        coalesce(after.entity, before.entity) as entity,
        coalesce(after.by_load_id, before.by_load_id) as load_id,
        coalesce(after.changed_at, before.changed_at) as known_at,
        coalesce(after.journal_id, before.journal_id) as journal_id,
        coalesce(after.line_id, before.line_id) as line_id,
        case
            when before.load_id is null then 'INSERT'
            when after.load_id is null then 'DELETE'
            else 'UPDATE'
        end as change_type,
        before.load_id as load_id_before,
        before.posting_date as posting_date_before,
        before.account_code as account_code_before,
        coalesce(before.debit, 0) - coalesce(before.credit, 0) as amount_before,
        after.posting_date as posting_date_after,
        after.account_code as account_code_after,
        coalesce(after.debit, 0) - coalesce(after.credit, 0) as amount_after,
        coalesce(after.currency, before.currency) as currency,
        coalesce(after.memo, before.memo) as memo,
        before.source_row as source_row_before,
        after.source_row as source_row_after,
    from after
    full outer join before
        on
            after.organization_id = before.organization_id
            and after.by_load_id = before.by_load_id
            and after.gl_system = before.gl_system
            and after.entity = before.entity
            and after.journal_id = before.journal_id
            and after.line_id = before.line_id
    where after.content_hash is distinct from before.content_hash
),

final as (
    select
        organization_id,
        gl_system,
        entity,
        load_id,
        journal_id,
        line_id,
        change_type,
        load_id_before,
        posting_date_before,
        account_code_before,
        cast(case when change_type <> 'INSERT' then amount_before end as decimal(24, 4)) as amount_before,
        posting_date_after,
        account_code_after,
        cast(case when change_type <> 'DELETE' then amount_after end as decimal(24, 4)) as amount_after,
        currency,
        memo,
        source_row_before,
        source_row_after,
        known_at,
    from compared
)

select * from final
