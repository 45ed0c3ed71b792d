"""What must be true of simulated ratings: figures over paths in their order, losses within what is owed."""

from __future__ import annotations

from expectations.rules import Suite, between, in_set

MIGRATIONS = (
    Suite(
        name="migration_statistics_are_ordered",
        stage="calc",
        relation="calc.clo_migration_statistics",
        description="Least, mean, median and greatest value over paths follow each other, and nothing is negative.",
        scope="run",
        keys=("simulation_id", "deal_id", "period", "measure", "unit"),
        # means of counts are rounded to 2 decimals, sums of balances to what a double holds
        query="""
            with bounded as (
                select *, case unit when 'count' then 0.005 else 1e-9 * greatest(maximum, 1) end as tolerance
                from calc.clo_migration_statistics
            )
            select *,
                mean between minimum - tolerance and maximum + tolerance
                    and median between minimum and maximum as is_ordered,
                standard_deviation <= (maximum - minimum) / 2 + tolerance as spreads_within_the_range,
                isfinite(mean) and isfinite(standard_deviation) as is_finite
            from bounded
        """,
        rules=(
            in_set(
                "migration_statistics_follow_each_other",
                "is_ordered",
                [True],
                "minimum <= mean, median <= maximum",
                severity="critical",
            ),
            in_set(
                "migration_deviations_fit_the_range",
                "spreads_within_the_range",
                [True],
                "a standard deviation is at most half the range (Popoviciu)",
                severity="critical",
            ),
            in_set(
                "migration_statistics_are_finite", "is_finite", [True], "no figure is infinite", severity="critical"
            ),
            between(
                "migration_figures_are_not_negative",
                "minimum",
                "assets, balances and default rates are 0 or more",
                at_least=-0.01,
                severity="critical",
            ),
            between("deviations_are_not_negative", "standard_deviation", "a deviation is 0 or more", at_least=0),
        ),
    ),
    Suite(
        name="migration_paths_have_every_period",
        stage="calc",
        relation="calc.clo_migration_series",
        description="A path has a row on every date from the analysis date, and what has defaulted or was repaid stays so.",
        scope="run",
        keys=("simulation_id", "deal_id", "path_kind", "period"),
        query="""
            select *,
                period - coalesce(lag(period) over path, -1) as period_step,
                cumulative_default_balance - coalesce(lag(cumulative_default_balance) over path, 0) as defaulted,
                cumulative_matured_balance - coalesce(lag(cumulative_matured_balance) over path, 0) as matured
            from calc.clo_migration_series
            window path as (partition by simulation_id, deal_id, path_kind order by period)
        """,
        rules=(
            between(
                "paths_have_every_period",
                "period_step",
                "a path has a row on every date",
                at_least=1,
                at_most=1,
                severity="critical",
            ),
            between(
                "defaults_accumulate", "defaulted", "what has defaulted stays so", at_least=-0.01, severity="critical"
            ),
            between("repayments_accumulate", "matured", "what is repaid stays so", at_least=-0.01, severity="critical"),
        ),
    ),
    Suite(
        name="tranche_losses_are_within_the_balance",
        stage="calc",
        relation="calc.clo_tranche_losses",
        description="Classes lose between nothing and their balance, more on worse paths, and equity is owed nothing.",
        scope="run",
        keys=("simulation_id", "deal_id", "tranche_name"),
        query="""
            select *,
                loss_rate_p50 <= loss_rate_p90 and loss_rate_p90 <= loss_rate_p95 and loss_rate_p95 <= loss_rate_p99
                    and loss_rate_p99 <= maximum_loss_rate as quantiles_rise,
                (probability_of_loss > 0) = (maximum_loss_rate > 0) as loss_has_a_probability,
                is_equity and probability_of_loss is not null as has_loss_of_equity
            from calc.clo_tranche_losses
        """,
        rules=(
            between(
                "probabilities_of_loss_are_probabilities",
                "probability_of_loss",
                "a probability lies from 0 to 1",
                at_least=0,
                at_most=1,
                severity="critical",
            ),
            between(
                "no_class_loses_more_than_its_balance",
                "maximum_loss_rate",
                "a loss lies from 0 to the opening balance",
                at_least=0,
                at_most=1 + 1e-9,
                severity="critical",
            ),
            between(
                "expected_losses_are_shares",
                "expected_loss_rate",
                "a mean loss lies from 0 to the opening balance",
                at_least=0,
                at_most=1 + 1e-9,
                severity="critical",
            ),
            in_set(
                "quantiles_of_loss_rise",
                "quantiles_rise",
                [True],
                "a higher quantile is no smaller",
                severity="critical",
            ),
            in_set(
                "a_loss_has_a_probability",
                "loss_has_a_probability",
                [True],
                "a class that loses on some path has a probability to",
                severity="critical",
            ),
            in_set(
                "equity_has_no_loss", "has_loss_of_equity", [False], "equity is owed no balance", severity="critical"
            ),
            between(
                "simulated_lives_are_plausible", "expected_wal", "no class lives for 40 years", at_least=0, at_most=40
            ),
        ),
    ),
)
