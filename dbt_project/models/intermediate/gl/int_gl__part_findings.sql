with lines as (
    select * from {{ ref('int_gl__journal_lines') }}
    where status <> 'DELETED'
),

headers as (
    select * from {{ ref('int_gl__journal_headers') }}
),

accounts as (
    select * from {{ ref('int_gl__accounts') }}
),

entries as (
    select * from {{ ref('stg_gl__entries') }}
    where status <> 'DELETED'
),

reports as (
    select * from {{ ref('int_gl__reports') }}
    where is_partial
),

-- every line of a ledger that comes in parts, with what it names in another one
named as (
    select
        organization_id,
        gl_system,
        entity,
        journal_id,
        account_id,
    from lines
    union all
    select
        entries.organization_id,
        entries.gl_system,
        entries.entity,
        entries.journal_id,
        entries.account_code as account_id,
    from entries
    inner join reports
        on
            entries.load_id = reports.load_id
            and entries.gl_system = reports.gl_system
            and entries.entity = reports.entity
),

without_header as (
    select
        named.organization_id,
        named.gl_system,
        named.entity,
        'LINES_WITHOUT_HEADER' as finding_code,
        named.journal_id as part_id,
        count(*) as line_count,
    from named
    left join headers
        on
            named.organization_id = headers.organization_id
            and named.gl_system = headers.gl_system
            and named.entity = headers.entity
            and named.journal_id = headers.journal_id
    where headers.journal_id is null
    group by named.organization_id, named.gl_system, named.entity, named.journal_id
),

without_lines as (
    select
        headers.organization_id,
        headers.gl_system,
        headers.entity,
        'HEADER_WITHOUT_LINES' as finding_code,
        headers.journal_id as part_id,
        0 as line_count,
    from headers
    left join named
        on
            headers.organization_id = named.organization_id
            and headers.gl_system = named.gl_system
            and headers.entity = named.entity
            and headers.journal_id = named.journal_id
    where named.journal_id is null and headers.status <> 'DELETED'
),

-- G-2: the account of a line exists and is active
without_account as (
    select
        named.organization_id,
        named.gl_system,
        named.entity,
        case
            when max(accounts.account_id) is null then 'ACCOUNT_NOT_LISTED'
            else 'ACCOUNT_NOT_ACTIVE'
        end as finding_code,
        named.account_id as part_id,
        count(*) as line_count,
    from named
    left join accounts
        on
            named.organization_id = accounts.organization_id
            and named.gl_system = accounts.gl_system
            and named.entity = accounts.entity
            and named.account_id = accounts.account_id
    where accounts.account_id is null or accounts.is_deleted or not accounts.is_active
    group by named.organization_id, named.gl_system, named.entity, named.account_id
),

final as (
    select * from without_header
    union all
    select * from without_lines
    union all
    select * from without_account
)

select * from final
