with accounts as (
    select * from {{ ref('stg_gl__ledger_accounts') }}
),

reports as (
    select * from {{ ref('int_gl__reports') }}
),

final as (
    select
        accounts.organization_id,
        accounts.gl_system,
        accounts.entity,
        accounts.account_id,
        accounts.account_code,
        accounts.account_name,
        accounts.account_type,
        accounts.is_active,
        accounts.is_deleted,
        reports.known_at,
    from accounts
    inner join reports
        on
            accounts.load_id = reports.load_id
            and accounts.gl_system = reports.gl_system
            and accounts.entity = reports.entity
    qualify
        row_number() over (
            partition by accounts.organization_id, accounts.gl_system, accounts.entity, accounts.account_id
            order by reports.report_order desc
        ) = 1
)

select * from final
