with ledgers as (
    select * from {{ ref('int_gl__ledgers') }}
),

findings as (
    select * from {{ source('calc', 'gl_mapping_findings') }}
),

final as (
    select
        {{ surrogate_key(['findings.ledger_id', 'findings.period_end', 'findings.finding_number']) }}
            as gl_mapping_finding_key,
        findings.organization_id,
        findings.gl_system as system,
        findings.entity,
        findings.fund_id,
        findings.period_end,
        findings.period_end as event_date,
        {{ date_id('findings.period_end') }} as date_id,
        findings.rule_code,
        findings.subject,
        findings.message,
        findings.amount,
        findings.known_at,
        ledgers.state_id,
    from findings
    inner join ledgers
        on findings.ledger_id = ledgers.ledger_id
)

select * from final
