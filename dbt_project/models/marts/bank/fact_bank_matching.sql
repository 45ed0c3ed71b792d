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
),

run as (
    select * from {{ ref('int_feeds__run') }}
),

final as (
    select
        {{ surrogate_key([
            'matches.bank_account_key',
            'matches.entry_id',
            'matches.match_number',
        ]) }} as bank_matching_key,
        matches.organization_id,
        {{ surrogate_key(['matches.bank_account_key', 'matches.entry_id']) }} as bank_entry_key,
        matches.bank_account_key,
        matches.entry_id,
        matches.match_number,
        entries.value_date as event_date,
        {{ date_id('entries.value_date') }} as date_id,
        entries.amount,
        entries.currency,
        matches.status,
        matches.rule,
        matches.target_type,
        matches.target_id,
        matches.fund_id,
        matches.investor_id,
        matches.matched_amount,
        matches.difference,
        matches.candidates,
        matches.candidate_count,
        case
            when matches.status <> 'MATCHED'
                then cast(date_diff('day', entries.value_date, cast(run.known_at as date)) as integer)
        end as age_days,
        matches.known_at,
        entries.load_id,
    from matches
    inner join matched_states
        on matches.matching_id = matched_states.matching_id
    inner join accounts
        on matches.bank_account_key = accounts.bank_account_key
    inner join entries
        on
            accounts.organization_id = entries.organization_id
            and accounts.account_id = entries.account_id
            and matches.entry_id = entries.entry_id
    -- 1:1, the run context has one row
    cross join run
)

select * from final
