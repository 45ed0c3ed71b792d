with tests as (
    select * from {{ source('calc', 'clo_payment_date_tests') }}
),

dim_deal as (
    select * from {{ ref('dim_deal') }}
),

final as (
    select
        {{ surrogate_key([
            'tests.organization_id',
            'tests.deal_id',
            'tests.payment_date',
            'tests.trigger_name',
        ]) }} as payment_date_test_key,
        tests.organization_id,
        dim_deal.deal_key,
        tests.deal_id,
        tests.payment_date as event_date,
        {{ date_id('tests.payment_date') }} as date_id,
        tests.payment_date,
        tests.currency,
        tests.trigger_name,
        tests.test_kind,
        tests.numerator,
        tests.denominator,
        tests.ratio,
        tests.threshold,
        tests.passed,
        tests.interest_cure_amount,
        tests.known_at,
        tests.load_id,
    from tests
    {{ join_version('dim_deal', 'tests', 'payment_date', is_optional=true) }}
)

select * from final
