with lines as (
    select * from {{ ref('int_gl__booked_lines') }}
),

reports as (
    select * from {{ ref('int_gl__reports') }}
),

held as (
    select * from {{ ref('int_gl__held_periods') }}
),

days as (
    select distinct
        organization_id,
        load_id,
        gl_system,
        entity,
        report_order,
        posting_date,
        period_start,
    from lines
),

-- a report states its period in full, so a later one over the same day replaces every line of that day
-- one whose month is held neither shows its lines nor replaces any
replaced_days as (
    select distinct
        days.load_id,
        days.gl_system,
        days.entity,
        days.posting_date,
    from days
    inner join reports as later
        on
            days.organization_id = later.organization_id
            and days.gl_system = later.gl_system
            and days.entity = later.entity
            and days.report_order < later.report_order
            and days.posting_date between later.period_start and later.period_end
    left join held
        on
            later.load_id = held.load_id
            and later.gl_system = held.gl_system
            and later.entity = held.entity
            and days.period_start = held.period_start
    where held.load_id is null
),

final as (
    select
        lines.organization_id,
        lines.gl_system,
        lines.entity,
        lines.journal_id,
        lines.line_id,
        lines.posting_date,
        lines.account_code,
        {{ unpadded_account('lines.account_code') }} as account_number,
        lines.account_name,
        lines.account_type,
        lines.debit,
        lines.credit,
        lines.currency,
        lines.transaction_amount,
        lines.transaction_currency,
        lines.memo,
        lines.transaction_type,
        lines.document_number,
        lines.known_at,
        lines.load_id,
        lines.source_row,
    from lines
    left join held
        on
            lines.load_id = held.load_id
            and lines.gl_system = held.gl_system
            and lines.entity = held.entity
            and lines.period_start = held.period_start
    left join replaced_days
        on
            lines.load_id = replaced_days.load_id
            and lines.gl_system = replaced_days.gl_system
            and lines.entity = replaced_days.entity
            and lines.posting_date = replaced_days.posting_date
    where lines.is_posted and held.load_id is null and replaced_days.load_id is null
)

select * from final
