with entries as (
    select * from {{ ref('int_bank__entries') }}
),

accounts as (
    select * from {{ ref('int_bank__accounts') }}
),

matched_states as (
    select * from {{ ref('int_bank__matched_states') }}
),

matches as (
    select * from {{ source('calc', 'bank_matches') }}
    where match_number = 1
),

statuses as (
    select
        matches.organization_id,
        matches.bank_account_key,
        matches.entry_id,
        matches.status,
    from matches
    inner join matched_states
        on matches.matching_id = matched_states.matching_id
),

final as (
    select
        {{ surrogate_key(['accounts.bank_account_key', 'entries.entry_id']) }} as bank_entry_key,
        entries.organization_id,
        accounts.bank_account_key,
        accounts.account_masked,
        entries.entry_id,
        entries.statement_id,
        entries.entry_status,
        entries.booked_date,
        entries.value_date,
        entries.value_date as event_date,
        {{ date_id('entries.value_date') }} as date_id,
        entries.amount,
        entries.currency,
        entries.reference,
        entries.bank_reference,
        entries.counterparty is not null as has_counterparty,
        {%- for column in ['account_id', 'counterparty', 'counterparty_account', 'remittance'] %}
        {{ masked('entries.organization_id', 'entries.' ~ column) }} as {{ column }},
        {%- endfor %}
        coalesce(entries.is_reversal, false) as is_reversal,
        statuses.status as match_status,
        entries.known_at,
        entries.load_id,
    from entries
    inner join accounts
        on
            entries.organization_id = accounts.organization_id
            and entries.account_id = accounts.account_id
    left join statuses
        on
            accounts.bank_account_key = statuses.bank_account_key
            and entries.entry_id = statuses.entry_id
)

select * from final
