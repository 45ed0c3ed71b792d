with deal_loads as (
    select * from {{ ref('int_clo__deal_loads_in_force') }}
    where is_current
),

projected as (
    select * from {{ source('calc', 'clo_assumed_inputs') }}
),

dim_deal as (
    select * from {{ ref('dim_deal') }}
),

final as (
    select
        {{ surrogate_key([
            'deal_loads.organization_id',
            'deal_loads.deal_id',
            'projected.subject',
            'projected.field_name',
            'projected.reason',
            'deal_loads.as_of',
        ]) }} as assumed_input_key,
        deal_loads.organization_id,
        dim_deal.deal_key,
        deal_loads.deal_id,
        deal_loads.as_of as event_date,
        {{ date_id('deal_loads.as_of') }} as date_id,
        deal_loads.is_current,
        projected.subject,
        projected.field_name,
        projected.assumed_value,
        projected.reason,
        deal_loads.known_at,
        deal_loads.load_id,
    from deal_loads
    -- 1:n, a projection has many rows
    inner join projected
        on
            deal_loads.organization_id = projected.organization_id
            and deal_loads.deal_id = projected.deal_id
            and deal_loads.load_id = projected.load_id
    left join dim_deal
        on
            deal_loads.organization_id = dim_deal.organization_id
            and deal_loads.deal_id = dim_deal.deal_id
            and {{ valid_on('dim_deal', 'deal_loads.as_of') }}
)

select * from final
