with deal_loads as (
    select * from {{ ref('int_clo__deal_loads_in_force') }}
),

deal_terms as (
    select * from {{ ref('int_clo__deal_terms') }}
),

-- a deal's missing sheet states nothing, so a deal is never deleted by a workbook (input-contracts 1.1)
states as (
    select
        deal_loads.organization_id,
        deal_loads.deal_id,
        deal_loads.as_of,
        deal_loads.known_at,
        deal_loads.load_id,
        false as is_deleted,
        struct_pack(
            deal_name := coalesce(deal_terms.deal_name, deal_loads.deal_id),
            collateral_manager_name := deal_terms.organization_name,
            template_generation := deal_terms.template_generation,
            pricing_date := deal_terms.pricing_date,
            closing_date := deal_terms.closing_date,
            effective_date := deal_terms.effective_date,
            first_payment_date := deal_terms.first_payment_date,
            no_call_date := deal_terms.no_call_date,
            reinvestment_end_date := deal_terms.reinvestment_end_date,
            stated_maturity_date := deal_terms.stated_maturity_date,
            target_par_amount := deal_terms.reinvestment_target_balance,
            payment_frequency_months := deal_terms.months_between_payments,
            payment_day := deal_terms.payment_day,
            business_day_convention := deal_terms.business_day_convention,
            interest_determination_offset := deal_terms.interest_determination_offset,
            determination_date_offset := deal_terms.determination_date_offset,
            deal_status_code := case
                when deal_loads.as_of >= deal_terms.stated_maturity_date then 'MATURED'
                when deal_loads.as_of < deal_terms.closing_date then 'PRE_CLOSING'
                when deal_loads.as_of < deal_terms.effective_date then 'RAMP_UP'
                when deal_loads.as_of < deal_terms.reinvestment_end_date then 'REINVESTING'
                when deal_loads.as_of >= deal_terms.reinvestment_end_date then 'AMORTISING'
            end
        ) as attributes,
    from deal_loads
    inner join deal_terms
        on
            deal_loads.load_id = deal_terms.load_id
            and deal_loads.deal_id = deal_terms.deal_id
),

versions as (
    {{ scd2_versions('states', ['organization_id', 'deal_id']) }}
),

final as (
    select
        {{ surrogate_key(['versions.organization_id', 'versions.deal_id', 'versions.valid_from']) }} as deal_key,
        versions.organization_id,
        versions.deal_id,
        versions.attributes.deal_name,
        versions.attributes.collateral_manager_name,
        cast(null as varchar) as trustee_name,
        'the workbook names no trustee' as trustee_name_reason,
        versions.attributes.template_generation,
        versions.attributes.pricing_date,
        versions.attributes.closing_date,
        versions.attributes.effective_date,
        versions.attributes.first_payment_date,
        versions.attributes.no_call_date,
        versions.attributes.reinvestment_end_date,
        versions.attributes.stated_maturity_date,
        versions.attributes.target_par_amount,
        versions.attributes.payment_frequency_months,
        versions.attributes.payment_day,
        versions.attributes.business_day_convention,
        versions.attributes.interest_determination_offset,
        versions.attributes.determination_date_offset,
        versions.attributes.deal_status_code,
        {{ version_columns('versions') }}
    from versions
)

select * from final
