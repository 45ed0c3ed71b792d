"""Control totals of rating migration, as SQL that returns one row per breach. Running them is the checks'."""

from __future__ import annotations

from orchestration.controls import Control

# Whatever an asset does, it is in a live state, in default or matured.
_WHOLE = "measure not in ('upgrades', 'downgrades', 'defaults', 'performing', 'cdr')"


def _whole(unit: str) -> str:
    """What all states, defaults and what matured come to in the mean, date by date, beside the analysis date's."""
    return f"""
        select *, first_value(whole) over (partition by simulation_id, deal_id order by period) as opening
        from (
            select simulation_id, load_id, deal_id, period, sum(mean) as whole
            from calc.clo_migration_statistics
            where unit = '{unit}' and {_WHOLE}
            group by all
        )
    """


MIGRATION_CONTROLS = (
    Control(
        name="every_deal_is_simulated",
        relation="calc.clo_migration_findings",
        description="Every deal whose ratings were to be simulated, or that was to be paid on paths, was; the others say why not",
        sql="select deal_id, code, message from calc.clo_migration_findings where severity = 'critical'",
        counted="select count(*) from calc.clo_migrations",
        severity="warning",
        scope="entity",
    ),
    Control(
        name="stated_correlations_need_no_repair",
        relation="calc.clo_migration_findings",
        description="Correlations are those of some variables; others are replaced by the nearest that are",
        sql="""
            select simulation_id, smallest_eigenvalue, frobenius_distance, largest_change
            from calc.clo_migration_findings where code = 'CORRELATIONS_REPAIRED'
        """,
        counted="select count(*) from calc.clo_migrations",
        severity="warning",
        scope="row",
    ),
    Control(
        name="tables_of_migration_are_stated",
        relation="calc.clo_migrations",
        description="Transition probabilities and correlations are the workbook's, and no illustrative ones",
        sql="""
            select simulation_id, matrix_source, correlation_source
            from calc.clo_migrations
            where is_simulated and (matrix_source <> 'workbook' or correlation_source <> 'workbook')
        """,
        counted="select count(*) from calc.clo_migrations",
        severity="warning",
        scope="row",
    ),
    Control(
        name="every_asset_is_in_one_state",
        relation="calc.clo_migration_statistics",
        description="Assets by state, in default and matured add up to those of the analysis date, date by date",
        # means of counts are stated to 2 decimals, and so many of them are added
        sql=f"""
            select deal_id, simulation_id, period, opening as expected, whole as found
            from ({_whole("count")}) where abs(whole - opening) > 0.2
        """,
        counted=f"select count(*) from ({_whole('count')})",
    ),
    Control(
        name="balances_of_states_are_the_pools",
        relation="calc.clo_migration_statistics",
        description="Balances by state, in default and repaid add up to those of the analysis date, where no loan draws or capitalises",
        sql=f"""
            with growing as (
                select load_id, deal_id from intermediate.int_clo__deal_projections where term_count > 0
            )
            select w.deal_id, w.simulation_id, w.period, w.opening as expected, w.whole as found
            from ({_whole("balance")}) as w
            where abs(w.whole - w.opening) > greatest(0.01, 1e-9 * w.opening)
                and not exists (
                    select 1 from growing as g
                    where g.load_id = w.load_id and (w.deal_id is null or g.deal_id = w.deal_id)
                )
        """,
        counted=f"select count(*) from ({_whole('balance')})",
    ),
    Control(
        name="every_simulation_reaches_the_mart",
        relation="marts.fact_migration_distributions",
        description="Every simulated deal of a load that it shows stands in the mart with the calculated means",
        sql="""
            with calculated as (
                select c.simulation_id, c.deal_id, count(*) as figures, sum(c.mean) as total
                from calc.clo_migration_statistics as c
                inner join intermediate.int_clo__deal_loads_in_force as f
                    on c.load_id = f.load_id and c.deal_id = f.deal_id and f.is_current
                group by all
            ),
            published as (
                select simulation_id, deal_id, count(*) as figures, sum(mean) as total
                from marts.fact_migration_distributions where deal_id is not null group by all
            )
            select c.deal_id, c.simulation_id, c.figures as expected, p.figures as found
            from calculated as c
            full join published as p using (simulation_id, deal_id)
            where c.figures is distinct from p.figures or abs(c.total - p.total) > 1e-9 * abs(c.total)
        """,
        counted="select count(distinct (simulation_id, deal_id)) from marts.fact_migration_distributions",
    ),
)
