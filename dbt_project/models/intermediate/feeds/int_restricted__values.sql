with investors as (
    select * from {{ ref('stg_fund__investors') }}
),

investor_banking as (
    select * from {{ ref('stg_fund__investor_banking') }}
),

projects as (
    select * from {{ ref('stg_nav__projects') }}
),

entries as (
    select * from {{ ref('stg_bank__entries') }}
),

stated as (
    select
        organization_id,
        unnest([tax_id, email, phone, contact_name, address]) as restricted_value,
    from investors
    union
    select
        organization_id,
        unnest([bank_name, account_number, routing_number, swift_code, iban]) as restricted_value,
    from investor_banking
    union
    select
        organization_id,
        unnest([tax_id]) as restricted_value,
    from projects
    union
    select
        organization_id,
        unnest([account_id, counterparty, counterparty_account, remittance]) as restricted_value,
    from entries
),

final as (
    select
        organization_id,
        restricted_value,
        {{ masked('organization_id', 'restricted_value') }} as masked_value,
    from stated
    where restricted_value is not null
)

select * from final
