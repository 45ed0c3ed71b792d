"""The marts that the public contract names exist with the columns it names. What they show does not belong here."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Built
from .project import manifest

pytestmark = pytest.mark.slow

# Columns that others rely on, beside the keys. Source: design 6.
CONTRACT = {
    "dim_date": "date_id date_value year quarter month day day_of_week day_of_year week_of_year month_name quarter_name "
    "is_weekend is_holiday fiscal_year fiscal_quarter",
    "dim_fund": "fund_key fund_id valid_from valid_to is_current",
    "dim_investor": "investor_key investor_id valid_from valid_to is_current",
    "dim_investment": "investment_key investment_id valid_from valid_to is_current",
    "dim_deal": "deal_key deal_id valid_from valid_to is_current",
    # the margin is a rate and the balances and ratings are several, each by its own name
    "dim_tranche": "tranche_key tranche_name original_balance current_balance deferred_balance coupon_type index_name "
    "margin_rate moodys_rating sp_rating seniority_level payment_rank interest_deferrable valid_from valid_to is_current",
    "dim_asset": "asset_key asset_id valid_from valid_to is_current",
    "dim_waterfall_config": "waterfall_config_key deal_id config_version effective_from effective_to is_current source "
    "approved_by known_at deal_file_sha256 overlay_sha256 equity_hurdle_rate equity_catch_up_rate minimum_equity_irr "
    "turbo_oc_buffer turbo_ic_buffer performance_hurdle_threshold management_fee_sharing_pct incentive_fee_sharing_pct "
    "features turbo_direction turbo_share turbo_oc_test turbo_ic_test deferral_fees hurdle_source",
    "dim_compliance_test": "test_number test_name category direction unit formula description regulatory_source origin "
    "is_active kind",
    "dim_product": "product_key product_id product_type project_id currency valid_from valid_to is_current",
    "dim_project": "project_key project_id currency valid_from valid_to is_current",
    "dim_share_class": "share_class_key share_class_id product_id currency valid_from valid_to is_current",
    "dim_instrument": "instrument_key instrument_id currency valid_from valid_to is_current",
    "dim_organization": "organization_id",
    "dim_currency": "currency",
    "dim_account": "account_code known_at",
    "dim_scenario": "scenario_id known_at",
    "dim_holiday": "calendar holiday_date known_at",
    "dim_model_parameter": "section name value type is_active",
    "entity_status": "organization_id entity_type entity_id status held_since rule_code last_good_known_at",
    "fact_events": "event_id aggregate_type aggregate_id event_version event_type event_date occurred_at known_at cause load_id run_id "
    "event_data metadata",
    "fact_cash_flows": "fund_id investor_id date_id cash_flow_type capital_call_amount distribution_amount net_cash_flow "
    "transaction_id event_date",
    "fact_fund_performance": "fund_id investor_id nav committed_capital called_capital distributed_capital "
    "remaining_value total_value irr irr_reason moic dpi rvpi tvpi pic",
    "fact_commitments": "committed called recallable recalled expired unfunded defaulted remedied equalised equalised_stated "
    "called_stated unfunded_stated",
    "fact_capital_call_notices": "notice_id call_amount call_amount_stated call_amount_difference call_amount_reason due_amount "
    "paid_amount outstanding_amount days_late late_interest overdue_from defaulted_from notice_status notice_status_stated",
    "fact_distribution_notices": "notice_id gross_distribution gross_distribution_stated tax_withholding net_distribution "
    "net_difference recallable_amount recallable_until notice_status",
    "fact_closing_adjustments": "closing_number commitment_id adjustment_type source_id amount amount_stated difference",
    "fact_defaults": "notice_id commitment_id due_date cure_days remedies_by_terms remedy defaulted_amount remedied_amount open_amount "
    "amount amount_stated difference reason forfeited_share late_interest",
    "fact_default_movements": "default_id account party_type commitment_id amount is_booked",
    "fact_late_interest": "interest_type source_id call_id party commitment_id amount",
    "fact_transfers": "transfer_id commitment_id new_commitment_id share committed_before committed_moved unfunded_moved "
    "finding_codes",
    "fact_capital_findings": "rule_code severity entity_type entity_id amount_stated amount difference message",
    "fact_fund_waterfall": "distribution_id commitment_id investor_id tier_number tier_name amount_lp amount_gp "
    "tax_advance_deducted tax_advance_after",
    "fact_waterfall_audit": "distribution_id investment_id commitment_id tier_number step_kind available due gp_share "
    "formula intermediate_values unreturned_capital_before unreturned_capital_after",
    "fact_carry": "fund_id investor_id accrued_carry accrued_carry_stated carry carry_paid escrow tax_advances "
    "clawback_interim clawback_final hurdle_balance unreturned_capital",
    "fact_carry_movements": "fund_id commitment_id distribution_id event_date entry_type balance_code amount balance",
    "fact_clawback_shares": "fund_id event_date clawback_type party_type party_id guarantee excess shortfall gross tax_kept "
    "due pays receives amount_stated",
    "fact_carry_payments": "distribution_id commitment_id carried_interest carried_interest_stated difference",
    "fact_carry_entries": "fund_id entry_type amount amount_stated difference reason",
    "fact_waterfall_findings": "fund_id rule_code subject message is_blocking",
    "fact_performance_measures": "scope pool_type pool_name fund_id investor_id investment_id date_id measure value reason net_or_gross date_basis "
    "day_count included facility index_id",
    "fact_value_bridge": "fund_id opening_date date_id opening_nav contributions distributions realised_gain unrealised_gain "
    "income fees expenses accrued_carry closing_nav unexplained",
    "fact_investment_bridge": "fund_id investment_id opening_date date_id opening_value invested returned realised_gain "
    "unrealised_gain fx_effect fx_convention unexplained closing_value",
    "fact_facility_use": "fund_id facility_id date_id facility_size balance unfunded financed_share average_days_outstanding",
    "fact_valuations": "investment_id fair_value remaining_cost unrealized_gain_loss",
    "fact_pacing_forecast": "fund_id as_of_date scenario quarter event_date calls distributions growth nav unfunded is_last",
    "fact_pacing_assumptions": "fund_id as_of_date scenario contribution_rates bow growth_rate yield_rate life_years "
    "effective_date source reason",
    "fact_pacing_backtest": "fund_id as_of_date series forecast_amount actual_amount mean_error mean_absolute_error "
    "root_mean_square_error total_error total_error_share reason",
    "fact_expected_collections": "fund_id investor_id notice_id as_of_date due_date days_late horizon_days event_date "
    "outstanding expected_amount credibility reason",
    "fact_kpis": "kpi_code event_date currency unit value reason previous_value change fund_count stale_fund_count is_current",
    "fact_deal_holdings": "deal_id asset_id par market_value",
    "fact_asset_cash_flows": "deal_id asset_id scenario_id period payment_date accrual_start_date accrual_end_date "
    "beginning_balance interest_payment scheduled_principal unscheduled_principal default_amount recoveries net_loss "
    "purchases sales default_balance mv_default_balance total_cash_flow ending_balance",
    "fact_liability_cash_flows": "deal_id tranche_name scenario_id period payment_date coupon_rate beginning_balance "
    "interest_due interest_paid interest_deferred principal_paid deferred_beginning_balance deferred_ending_balance "
    "ending_balance",
    "fact_waterfall_payments": "deal_id scenario_id period list_name step_number step_kind payee amount_due amount_paid "
    "cash_after config_version",
    "fact_oc_tests": "deal_id tranche_name scenario_id period trigger_name numerator denominator ratio threshold passed "
    "interest_cure_amount principal_cure_amount prior_interest_cure prior_principal_cure interest_cure_paid "
    "principal_cure_paid",
    "fact_ic_tests": "deal_id tranche_name scenario_id period numerator denominator liability_balance ratio threshold "
    "passed cure_amount prior_cure_payments cure_amount_paid",
    "fact_fees": "deal_id scenario_id period fee_type begin_date end_date fee_basis fee_accrued fee_paid unpaid_balance "
    "config_version",
    # movements have two ends (clo-extensions 6), so what each account opens and closes with stands in a mart of its own
    "fact_account_movements": "deal_id scenario_id period payment_date sequence_number from_account to_account reason amount",
    "fact_account_balances": "deal_id scenario_id period opening inflow outflow closing "
    "interest_opening interest_inflow interest_outflow interest_closing "
    "principal_opening principal_inflow principal_outflow principal_closing",
    "fact_pool_metrics": "deal_id total_par market_value principal_cash interest_cash wac was wal warf warr diversity_score "
    "sp_ccc_share moodys_caa_share",
    "fact_pool_concentrations": "deal_id concentration_type concentration_value par share",
    "fact_tranche_risk": "deal_id tranche_name scenario_id yield discount_margin price wal macaulay_duration "
    "modified_duration",
    "fact_scenario_summary": "deal_id scenario_id equity_irr first_breach_period losses",
    "fact_payment_date_checks": "deal_id payment_date item reported computed difference outcome",
    "fact_compliance_results": "deal_id test_number numerator denominator result threshold direction passed "
    "previous_value comment is_listed sequence reason",
    "fact_trade_runs": "deal_id event_date trade_run_id method mode status reason objective_before objective_after "
    "objective_greedy objective_programme objective_bound solver_gap search_seconds cash_before cash_after",
    "fact_trade_results": "deal_id trade_run_id trade_set test_number threshold result_before passed_before result_after "
    "passed_after difference comment",
    "fact_trade_orders": "deal_id trade_run_id trade_number origin asset_id side par_asked par_done price cash_change outcome",
    "fact_trade_rankings": "deal_id trade_run_id side rank score objective_after asset_id par market_value",
    "fact_migration_distributions": "deal_id event_date step period period_date measure unit maximum minimum mean median "
    "standard_deviation path_count seed correlation_method matrix_source",
    "fact_migration_paths": "deal_id path_kind period cdr default_count default_balance ccc_count ccc_balance "
    "performing_balance cumulative_default_balance cumulative_matured_balance path_count seed correlation_method "
    "matrix_source",
    "fact_tranche_loss_distribution": "deal_id tranche_name probability_of_loss expected_loss_rate loss_rate_p99 "
    "expected_price expected_yield expected_wal paid_path_count seed correlation_method matrix_source",
    "fact_migration_findings": "deal_id severity code subject message smallest_eigenvalue frobenius_distance",
    "fact_asset_correlations": "asset_id_1 asset_id_2 correlation",
    "fact_gl_entries": "system entity journal_id line_id account_code debit credit currency posting_date",
    "fact_trial_balance": "fund_id account_code period_start period_end",
    "fact_mapped_balances": "fund_id account_code nav_line period_end opening_balance closing_balance movement mapping_ids "
    "source_accounts",
    "fact_gl_mapping_findings": "fund_id period_end rule_code subject message amount",
    "fact_gl_nav_ties": "fund_id period_end compared_with item ledger_amount stated_amount difference tolerance is_tied",
    "fact_gl_changes": "fund_id journal_id line_id change_type amount_before amount_after adjustment_amount "
    "is_period_closed",
    "fact_bank_entries": "bank_account_key account_masked entry_id value_date amount currency bank_reference match_status",
    "fact_bank_matching": "bank_entry_key entry_id status rule target_type target_id fund_id investor_id matched_amount "
    "difference candidates age_days",
    "fact_investor_conflicts": "portal portal_investor_id investor_id rule resolution",
    "fact_portal_subscriptions": "portal subscription_id outcome fund_id investor_id commitment_id field portal_value "
    "workbook_value decided_by",
    "fact_allocations": "fund_id allocation_id deal_id amount called_amount called_amount_stated paid_amount "
    "paid_amount_stated status_stated call_funding_status commitment_funding_status portfolio_weight_pct collection_rate",
    "fact_allocation_calls": "fund_id allocation_call_id call_amount paid_amount paid_amount_stated status_stated "
    "call_status is_overdue days_late ageing_bucket",
    "fact_allocation_metrics": "fund_id committed called uncalled paid market_value distributions moic dpi tvpi "
    "collection_rate",
    "fact_status_events": "entity_type entity_id from_status to_status is_legal rule_code before_row after_row",
    "fact_lifecycle_events": "fund_id event_id event_kind entity_type entity_id",
    "fact_lifecycle_findings": "fund_id environment rule_code severity entity_type entity_id message",
    "fact_approvals": "subject_type subject_id content_hash action tier amount currency actor from_state to_state "
    "is_accepted refusal",
    "fact_approval_subjects": "subject_type subject_id amount content_hash threshold approval_state is_approved "
    "needs_approval is_open next_action tier missing_approvals requested_at age_days",
    "fact_fund_fees": "fund_id class_code period_start period_end gross_amount net_amount net_amount_stated difference",
    "fact_fee_offsets": "fund_id offset_id offset_amount entered_on reason",
    "fact_capital_accounts": "fund_id investor_id period_end nav nav_stated unfunded unfunded_stated",
    "fact_ilpa_amounts": "fund_id investor_id quarter_end line_code amount",
    "fact_investment_transactions": "fund_id investment_id transaction_id transaction_type event_date amount "
    "invested_amount realized_amount currency",
    "fact_reports": "publication_id report_kind fund_id investor_id event_id period_end status reason_code reason "
    "file_sha256 inputs_sha256 generated_at",
    "fact_fx_rates": "rate source as_of",
    "fact_prices": "price source as_of",
    "fact_index_levels": "level source as_of",
    "fact_holdings": "product_id instrument_id quantity value currency",
    "fact_nav": "product_id share_class_id valuation_date version net_assets nav_per_share total_assets "
    "total_liabilities shares_outstanding previous_nav currency status is_in_force status_stated",
    "fact_nav_components": "product_id share_class_id valuation_date version line kind amount currency base_amount",
    "fact_nav_runs": "product_id status error quality_score quality_grade quality_reason",
    "fact_nav_version_changes": "product_id valuation_date version previous_version line_id cause base_amount_change",
    "fact_nav_measures": "product_id valuation_date version measure_name measure_value unit",
    "fact_nav_assumptions": "product_id valuation_date version assumption assumption_value assumption_text unit source as_of",
    "fact_nav_validations": "product_id rule_code severity passed",
    "fact_nav_errors": "product_id share_class_id version corrects_version currency published_nav correct_nav "
    "deviation_rate error_class threshold_rate is_material reaches_us_custom subscription_loser "
    "subscription_loss_amount redemption_loser redemption_loss_amount reason first_bad_date last_bad_date treatment",
    "fact_nav_restatements": "product_id share_class_id event_date publisher published_version published_nav correct_version "
    "correct_nav deviation_rate threshold_rate is_material treatment first_bad_date is_open restatement_id cause order_count",
    "fact_nav_restatement_effects": "product_id event_date effect_type subject_id effect_date published_amount "
    "correct_amount difference is_open",
    "fact_nav_premiums": "product_id share_class_id event_date currency nav_per_share market_price price_as_of price_source "
    "premium_rate alarm_rate is_alarm reason",
    "fact_equalisation": "product_id share_class_id order_id investor_id event_date kind gross_nav_per_share high_water_mark "
    "price_paid nav_per_share credit_per_share credit_amount credit_returned_amount credit_open_amount contingent_amount "
    "shares_issued shares_given_up residual_amount reason",
    "fact_equalisation_events": "order_id event_date event_kind class_fee_amount own_fee_amount credit_returned_amount "
    "contingent_amount shares_issued shares_given_up residual_amount",
    "fact_fee_crystallisations": "share_class_id event_date event_kind accrued_fee_amount crystallised_fee_amount "
    "high_water_mark_after payable_fee_amount reason",
    "fact_income_equalisation": "order_id event_date income_bought_amount capital_amount income_amount reason",
    "fact_daily_dividends": "share_class_id event_date dividend_per_share dividend_amount carried_forward_amount reason",
    "fact_project_nav": "project_id event_date currency net_assets net_assets_reason known_net_assets eliminated_amount "
    "is_complete return_rate return_rate_reason",
    "fact_project_nav_products": "project_id product_id event_date strike_date currency net_assets weight fx_rate "
    "is_carried",
    "fact_redemptions": "product_id event_date currency redemption_price redemption_rate_value redemption_rate_value_7d "
    "redemption_rate_value_30d redemption_rate_shares redemption_rate_shares_7d redemption_rate_shares_30d",
    "fact_nav_approvals": "product_id version strike_id step actor previous_status status is_accepted refusal recorded_at "
    "approvals approvals_needed restates_version",
    "fact_money_market": "product_id rule_code",
    "fact_money_market_measures": "product_id subject_id measure_name measure_value unit",
    "fact_money_market_stress": "product_id scenario redemption_share nav_per_share daily_liquid weekly_liquid passed",
    "fact_quality_results": "stage asset check_name severity scope entity_id passed observed run_id",
    "fact_load_reconciliation": "load_id file_name kind level level_name item expected found difference relative_difference "
    "tolerance outcome reason known_at",
    "fact_load_reconciliation_summary": "load_id file_name kind level level_name matched_count different_count verdict known_at",
    "fact_stated_results": "load_id relation row_name measure stated computed difference tolerance outcome reason",
}

# Facts that a later statement may change. Source: input-contracts 2.4.
RESTATABLE = (
    "fact_carry_movements",
    "fact_cash_flows",
    "fact_clawback_shares",
    "fact_commitments",
    "fact_defaults",
    "fact_fund_performance",
    "fact_fund_waterfall",
    "fact_compliance_results",
    "fact_pool_metrics",
    "fact_oc_tests",
    "fact_ic_tests",
    "fact_valuations",
)


@pytest.fixture(scope="module")
def columns(built: Built) -> dict[str, dict[str, str]]:
    """Mart -> column -> type, as built."""
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in built.rows(
        "select table_name, column_name, data_type from duckdb_columns() where schema_name = 'marts'"
    ):
        found.setdefault(table, {})[column] = kind
    return found


@pytest.mark.parametrize("mart", CONTRACT)
def test_a_mart_of_the_contract_has_the_columns_that_others_rely_on(
    columns: dict[str, dict[str, str]], mart: str
) -> None:
    assert sorted(set(CONTRACT[mart].split()) - set(columns.get(mart, {}))) == []


@pytest.mark.parametrize("fact", RESTATABLE)
def test_a_restatable_fact_has_a_history_of_the_same_columns(columns: dict[str, dict[str, str]], fact: str) -> None:
    knowledge = {"known_from": "TIMESTAMP", "known_to": "TIMESTAMP"}
    assert columns[f"{fact}_history"] == columns[fact] | knowledge


def empty_marts(built: Built) -> list[dict[str, Any]]:
    return [node for node in manifest(built.target)["nodes"].values() if "empty_mart()" in node.get("raw_code", "")]


def test_a_mart_says_that_it_is_empty_exactly_where_nothing_computes_it(built: Built) -> None:
    marts = [n for n in manifest(built.target)["nodes"].values() if n.get("schema") == "marts" and n.get("raw_code")]
    said = {n["name"] for n in marts if n["resource_type"] == "model" and "Empty until" in n["description"]}
    empty = {n["name"] for n in empty_marts(built)}
    assert said == empty
    assert {name for name in empty if built.rows(f"select count(*) from marts.{name}") != [(0,)]} == set()


def test_money_of_an_empty_mart_is_exact_unless_it_is_a_projection(built: Built) -> None:
    """Source: input-contracts 2.1. Deals are projected in double precision, funds and NAVs are booked in decimals."""
    floating = {
        node["name"]: [column for column, stated in node["columns"].items() if stated["data_type"] == "double"]
        for node in empty_marts(built)
        if "/clo/" not in node["original_file_path"] or node["name"] == "fact_payment_date_checks"
    }
    assert {name for name, found in floating.items() if found} == set()


def test_the_reported_scenario_is_everybodys_and_has_no_period_but_the_reported_date(built: Built) -> None:
    rows = built.rows(
        "select organization_id, scenario_id, first_period, is_projected from marts.dim_scenario "
        "where scenario_kind = 'reported'"
    )
    assert rows == [("_shared", "reported", 0, False)]
    used = built.rows("select distinct scenario_id, period from marts.fact_oc_tests where scenario_id = 'reported'")
    assert used == [("reported", 0)]
    assert built.rows("select min(period) from marts.fact_oc_tests where scenario_id <> 'reported'") == [(1,)]


def test_the_grid_is_every_combination_of_default_prepayment_and_severity(built: Built) -> None:
    grid = "marts.dim_scenario where scenario_kind = 'grid'"
    ((count, cdr, cpr, severity),) = built.rows(
        f"select count(distinct (cdr, cpr, severity)), count(distinct cdr), count(distinct cpr), count(distinct severity) from {grid}"
    )
    assert (cdr, cpr, severity) == (12, 8, 4)
    assert count == cdr * cpr * severity
    assert built.rows(f"select count(*) from {grid}") == [(count,)]
