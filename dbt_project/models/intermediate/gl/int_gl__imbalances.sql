with lines as (
    select * from {{ ref('int_gl__booked_lines') }}
    where is_posted
),

-- what is entered in another currency must balance in it too; an entry of Sage may mix currencies and does not
amounts as (
    select
        organization_id,
        load_id,
        gl_system,
        entity,
        journal_id,
        period_start,
        'booked' as measure,
        currency,
        balancing_segment,
        debit,
        credit,
    from lines
    union all
    select
        organization_id,
        load_id,
        gl_system,
        entity,
        journal_id,
        period_start,
        'entered' as measure,
        transaction_currency as currency,
        balancing_segment,
        case when transaction_amount > 0 then transaction_amount end as debit,
        case when transaction_amount <= 0 then -transaction_amount end as credit,
    from lines
    where transaction_amount is not null and gl_system <> 'SAGE'
),

-- currency and segment are empty where a ledger has one of each
final as (
    select
        organization_id,
        load_id,
        gl_system,
        entity,
        journal_id,
        period_start,
        measure,
        coalesce(currency, '') as currency,
        coalesce(balancing_segment, '') as balancing_segment,
        cast(sum(coalesce(debit, 0)) as decimal(38, 4)) as debit,
        cast(sum(coalesce(credit, 0)) as decimal(38, 4)) as credit,
        cast(sum(coalesce(debit, 0)) - sum(coalesce(credit, 0)) as decimal(38, 4)) as imbalance,
    from amounts
    group by
        organization_id,
        load_id,
        gl_system,
        entity,
        journal_id,
        period_start,
        measure,
        coalesce(currency, ''),
        coalesce(balancing_segment, '')
    having sum(coalesce(debit, 0)) <> sum(coalesce(credit, 0))
)

select * from final
