with dates as (
    select * from {{ source('calc', 'clo_payment_dates') }}
),

dim_deal as (
    select * from {{ ref('dim_deal') }}
),

compared as (
    select
        state_id,
        count(*) as figures_compared,
        count(case when outcome = 'break' then 1 end) as figures_broken,
    from {{ source('calc', 'clo_payment_date_checks') }}
    group by state_id
),

findings as (
    select
        state_id,
        string_agg(severity || ': ' || rule_code || ': ' || message, '; ' order by finding_number) as findings,
    from {{ source('calc', 'clo_payment_date_findings') }}
    group by state_id
),

final as (
    select
        {{ surrogate_key([
            'dates.organization_id',
            'dates.deal_id',
            'dates.payment_date',
        ]) }} as payment_date_key,
        dates.organization_id,
        dim_deal.deal_key,
        dates.deal_id,
        dates.payment_date as event_date,
        {{ date_id('dates.payment_date') }} as date_id,
        dates.payment_date,
        dates.currency,
        dates.status,
        dates.reason,
        dates.interest_pool,
        dates.principal_pool,
        dates.principal_carried,
        dates.sub_interest,
        dates.sub_principal,
        dates.incentive_fee,
        dates.adjusted_par,
        dates.is_in_default,
        cast(coalesce(compared.figures_compared, 0) as integer) as figures_compared,
        cast(coalesce(compared.figures_broken, 0) as integer) as figures_broken,
        findings.findings,
        dates.known_at,
        dates.load_id,
    from dates
    {{ join_version('dim_deal', 'dates', 'payment_date', is_optional=true) }}
    left join compared
        on dates.state_id = compared.state_id
    left join findings
        on dates.state_id = findings.state_id
)

select * from final
