with headers as (
    select * from {{ ref('stg_gl__oracle_headers') }}
),

lines as (
    select * from {{ ref('stg_gl__oracle_lines') }}
),

loads as (
    select * from {{ ref('int_feeds__loads_known') }}
    where withdrawn_at is null
),

newest_headers as (
    select
        headers.*,
        loads.known_at,
    from headers
    inner join loads
        on headers.load_id = loads.load_id
    qualify
        row_number() over (
            partition by headers.organization_id, headers.je_header_id
            order by loads.known_at desc, loads.load_id desc
        ) = 1
),

stated_lines as (
    select
        lines.*,
        loads.known_at,
        sum(lines.entered_amount) over journal = 0
        and coalesce(sum(lines.accounted_amount) over journal, 0) = 0 as is_balanced,
    from lines
    inner join loads
        on lines.load_id = loads.load_id
    window journal as (
        partition by lines.load_id, lines.je_header_id
    )
),

-- a posted journal never changes, so its newest load that balances is its last good version
newest_lines as (
    select * from stated_lines
    qualify
        dense_rank() over (
            partition by organization_id, je_header_id
            order by is_balanced desc, known_at desc, load_id desc
        ) = 1
),

final as (
    select
        lines.organization_id,
        lines.gl_system,
        headers.entity,
        lines.je_header_id as journal_id,
        lines.line_number as line_id,
        lines.posting_date,
        lines.account_code,
        coalesce(
            nullif(coalesce(lines.accounted_amount, lines.entered_amount), 0) > 0, lines.is_debit_column
        ) as is_debit,
        abs(coalesce(lines.accounted_amount, lines.entered_amount)) as amount,
        case when lines.accounted_amount is null then headers.currency else headers.company_currency end as currency,
        case when lines.accounted_amount is not null then lines.entered_amount end as transaction_amount,
        case when lines.accounted_amount is not null then headers.currency end as transaction_currency,
        lines.memo,
        headers.category as transaction_type,
        headers.journal_name as document_number,
        headers.status,
        headers.left_out_reason,
        headers.fiscal_period,
        greatest(lines.known_at, headers.known_at) as known_at,
        lines.load_id,
        lines.source_row,
    from newest_lines as lines
    inner join newest_headers as headers
        on
            lines.organization_id = headers.organization_id
            and lines.je_header_id = headers.je_header_id
)

select * from final
