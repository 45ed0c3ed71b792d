with entries as (
    select * from {{ ref('stg_bank__entries') }}
),

statements as (
    select * from {{ ref('stg_bank__statements') }}
),

named as (
    select
        organization_id,
        account_id,
        load_id,
        source_row,
    from entries
    union all
    select
        organization_id,
        account_id,
        load_id,
        source_row,
    from statements
),

-- by where the account was first stated: a hash of its number could be guessed, and later files cannot change this one
first_stated as (
    select
        organization_id,
        account_id,
        min(load_id) as load_id,
        min_by(source_row, (load_id, source_row)) as source_row,
    from named
    group by organization_id, account_id
),

final as (
    select
        organization_id,
        account_id,
        {{ surrogate_key([
            'organization_id',
            'load_id',
            'source_row',
            'row_number() over (partition by organization_id, load_id, source_row order by account_id)',
        ]) }} as bank_account_key,
        repeat('*', greatest(length(account_id) - 4, 4))
        || right(account_id, least(4, cast(floor(length(account_id) / 2) as integer))) as account_masked,
    from first_stated
)

select * from final
