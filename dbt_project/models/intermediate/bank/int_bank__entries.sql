with state as (
    {{ fold_loads(
        ref('stg_bank__entries'),
        ['account_id', 'entry_id'],
        ['statement_id', 'entry_status', 'booked_date', 'value_date', 'amount', 'currency', 'reference', 'bank_reference',
         'counterparty', 'counterparty_account', 'remittance', 'is_reversal'],
    ) }}
),

final as (
    select
        organization_id,
        account_id,
        entry_id,
        statement_id,
        entry_status,
        booked_date,
        value_date,
        amount,
        currency,
        reference,
        bank_reference,
        counterparty,
        counterparty_account,
        remittance,
        is_reversal,
        load_id,
        known_at,
        source_row,
    from state
)

select * from final
