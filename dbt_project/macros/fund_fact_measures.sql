{# Columns of the fund facts whose change opens a new row of history: the one list of them for a fact and its twin. #}
{% macro cash_flow_measures() -%}
    {{ return([
        'investor_id',
        'commitment_id',
        'event_id',
        'event_date',
        'currency',
        'base_currency',
        'capital_call_amount',
        'outside_commitment_amount',
        'distribution_amount',
        'tax_withheld',
        'recallable_amount',
        'net_cash_flow',
    ]) }}
{%- endmacro %}

{% macro commitment_measures() -%}
    {{ return([
        'fund_id',
        'investor_id',
        'currency',
        'committed',
        'called',
        'called_outside',
        'recallable',
        'recalled',
        'expired',
        'restored',
        'released',
        'unfunded',
        'defaulted',
        'remedied',
        'equalised',
        'equalised_stated',
        'called_stated',
        'unfunded_stated',
    ]) }}
{%- endmacro %}

{% macro default_measures() -%}
    {{ return([
        'fund_id',
        'call_id',
        'commitment_id',
        'investor_id',
        'due_date',
        'written_notice_date',
        'cure_days',
        'cure_day_type',
        'event_date',
        'remedies_by_terms',
        'remedy',
        'is_booked',
        'currency',
        'defaulted_amount',
        'paid_amount',
        'remedied_amount',
        'open_amount',
        'amount',
        'amount_stated',
        'difference',
        'reason',
        'forfeited_share',
        'late_interest',
        'late_interest_reason',
        'cured_date',
        'cured_date_stated',
    ]) }}
{%- endmacro %}

{% macro valuation_measures() -%}
    {{ return([
        'fund_id',
        'valuation_id',
        'currency',
        'fair_value',
        'remaining_cost',
        'unrealized_gain_loss',
        'unrealized_gain_loss_stated',
        'valuation_method',
        'valuation_source',
        'fair_value_level',
    ]) }}
{%- endmacro %}

{% macro fund_performance_measures() -%}
    {{ return([
        'currency',
        'nav',
        'nav_basis',
        'nav_share_basis',
        'nav_reason',
        'oldest_value_date',
        'committed_capital',
        'committed_capital_reason',
        'called_capital',
        'called_capital_reason',
        'distributed_capital',
        'distributed_capital_reason',
        'total_value',
        'total_value_reason',
        'irr',
        'irr_reason',
        'is_irr_annualised',
        'irr_roots',
        'moic',
        'moic_reason',
        'dpi',
        'dpi_reason',
        'rvpi',
        'rvpi_reason',
        'tvpi',
        'tvpi_reason',
        'pic',
        'pic_reason',
        'net_or_gross',
        'date_basis',
        'day_count',
        'included',
        'facility',
        'nav_stated',
        'irr_stated',
        'tvpi_stated',
        'dpi_stated',
        'rvpi_stated',
    ]) }}
{%- endmacro %}

{% macro fund_waterfall_measures() -%}
    {{ return([
        'fund_id',
        'investor_id',
        'event_date',
        'tier_name',
        'label',
        'currency',
        'amount_lp',
        'amount_gp',
        'amount_other',
        'tax_advance_deducted',
        'tax_advance_after',
    ]) }}
{%- endmacro %}

{% macro carry_movement_measures() -%}
    {{ return([
        'investor_id',
        'balance_code',
        'currency',
        'amount',
        'balance',
    ]) }}
{%- endmacro %}

{% macro clawback_share_measures() -%}
    {{ return([
        'investor_id',
        'guarantee',
        'currency',
        'excess',
        'shortfall',
        'gross',
        'tax_kept',
        'due',
        'pays',
        'receives',
        'amount_stated',
        'tests_reason',
    ]) }}
{%- endmacro %}
