with compared_states as (
    select * from {{ ref('int_portal__compared_states') }}
),

conflicts as (
    select * from {{ source('calc', 'investor_conflicts') }}
),

final as (
    select
        {{ surrogate_key([
            'conflicts.organization_id',
            'conflicts.portal',
            'conflicts.portal_investor_id',
            'conflicts.conflict_number',
        ]) }} as investor_conflict_key,
        conflicts.organization_id,
        cast(conflicts.known_at as date) as event_date,
        {{ date_id('conflicts.known_at') }} as date_id,
        conflicts.portal,
        conflicts.portal_investor_id,
        conflicts.portal_investor_name,
        conflicts.portal_jurisdiction,
        conflicts.investor_id,
        conflicts.investor_name,
        conflicts.jurisdiction,
        conflicts.is_tax_id_equal,
        conflicts.rule,
        conflicts.resolution,
        conflicts.known_at,
        conflicts.comparison_id,
    from conflicts
    inner join compared_states
        on conflicts.comparison_id = compared_states.comparison_id
)

select * from final
