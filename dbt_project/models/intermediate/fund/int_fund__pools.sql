with compared_states as (
    select * from {{ ref('int_fund__compared_states') }}
    where known_to is null
),

-- flows of different currencies are not summed, so a house has a pool in each
final as (
    select
        md5(string_agg(compared_id, ',' order by compared_id) over (
            partition by organization_id, base_currency
            rows between unbounded preceding and unbounded following
        )) as pool_id,
        organization_id,
        base_currency,
        measured_id,
        fund_id,
        -- a pool of funds with different indices is compared with none
        case
            when
                min(index_id) over (partition by organization_id, base_currency)
                = max(index_id) over (partition by organization_id, base_currency)
                then index_id
        end as index_id,
    from compared_states
)

select * from final
