{# The attributes of a fund-side dimension that open a version when they change: the one list of them. #}
{% macro fund_attributes() -%}
    {{ return([
        'fund_name',
        'fund_type',
        'fund_family',
        'fund_code',
        'structure_type',
        'parent_fund_id',
        'base_currency',
        'vintage_year',
        'inception_date',
        'target_close_date',
        'final_close_date',
        'investment_period_end',
        'term_end',
        'extension_periods',
        'extension_months',
        'fund_size',
        'target_size',
        'hard_cap',
        'final_size',
        'fund_status',
        'management_fee_rate',
        'carried_interest_rate',
        'hurdle_rate',
        'catch_up_provision',
        'fund_manager',
        'investment_strategy',
        'geography',
        'fiscal_year_end',
        'holiday_calendar',
        'benchmark_index_id',
        'gp_investor_id',
        'successor_fund_id',
        'successor_first_fee_date',
    ]) }}
{%- endmacro %}

{% macro investor_attributes() -%}
    {{ return([
        'investor_name',
        'investor_type',
        'investor_category',
        'geography',
        'industry',
        'aum_range',
        'jurisdiction',
        'kyc_status',
        'kyc_date',
        'aml_status',
        'is_accredited',
        'is_qualified_purchaser',
        'tax_class',
        'default_withholding_rate',
        'parent_investor_id',
    ]) }}
{%- endmacro %}

{# Attributes that marts show masked. Source: input-contracts 2.8. #}
{% macro restricted_investor_attributes() -%}
    {{ return(['tax_id', 'email', 'phone', 'contact_name', 'address']) }}
{%- endmacro %}

{% macro bank_account_attributes() -%}
    {{ return(['investor_id', 'currency', 'is_primary']) }}
{%- endmacro %}

{% macro restricted_bank_account_attributes() -%}
    {{ return(['bank_name', 'account_number', 'routing_number', 'swift_code', 'iban']) }}
{%- endmacro %}

{% macro investment_attributes() -%}
    {{ return([
        'fund_id',
        'portfolio_company',
        'company_id',
        'sector',
        'country',
        'investment_date',
        'investment_amount',
        'currency',
        'investment_type',
        'ownership_share',
        'investment_status',
        'exit_date',
        'valuation_method',
    ]) }}
{%- endmacro %}
