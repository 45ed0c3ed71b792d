with items as (
    select * from {{ ref('fact_load_reconciliation') }}
),

final as (
    select
        organization_id,
        load_id,
        file_name,
        kind,
        event_date,
        date_id,
        level,
        level_name,
        count(*) as item_count,
        count(*) filter (where outcome = 'MATCHED') as matched_count,
        count(*) filter (where outcome = 'DIFFERENT') as different_count,
        count(*) filter (where outcome = 'NOT_COMPARABLE') as not_comparable_count,
        count(*) filter (where outcome = 'NOT_YET_COMPARED') as not_yet_compared_count,
        case
            when count(*) filter (where outcome = 'DIFFERENT') > 0 then 'DIFFERENT'
            when count(*) filter (where outcome = 'NOT_YET_COMPARED') > 0 then 'NOT_YET_COMPARED'
            -- a count that agrees does not stand for cells that nobody could look at
            when level = 1 and count(*) filter (where outcome = 'NOT_COMPARABLE') > 0 then 'NOT_COMPARABLE'
            when count(*) filter (where outcome = 'MATCHED') > 0 then 'MATCHED'
            else 'NOT_COMPARABLE'
        end as verdict,
        known_at,
    from items
    group by organization_id, load_id, file_name, kind, event_date, date_id, level, level_name, known_at
)

select * from final
