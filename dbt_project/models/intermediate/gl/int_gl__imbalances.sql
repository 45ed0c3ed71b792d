with lines as (
    select * from {{ ref('int_gl__booked_lines') }}
    where is_posted
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
        coalesce(currency, '') as currency,
        coalesce(balancing_segment, '') as balancing_segment,
        cast(sum(coalesce(debit, 0)) as decimal(38, 4)) as debit,
        cast(sum(coalesce(credit, 0)) as decimal(38, 4)) as credit,
        cast(sum(coalesce(debit, 0)) - sum(coalesce(credit, 0)) as decimal(38, 4)) as imbalance,
    from lines
    group by
        organization_id,
        load_id,
        gl_system,
        entity,
        journal_id,
        period_start,
        coalesce(currency, ''),
        coalesce(balancing_segment, '')
    having sum(coalesce(debit, 0)) <> sum(coalesce(credit, 0))
)

select * from final
