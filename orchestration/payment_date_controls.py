"""Controls of reported CLO payment dates: each fails for a deal alone and stops no other. Those of other tables are in controls."""

from __future__ import annotations

from orchestration.controls import Control

COMPARED = "calc.clo_payment_date_checks"


def _figures_off(outcome: str) -> str:
    return f"""
            select organization_id, deal_id, payment_date, item || ' ' || key || ' ' || measure as figure,
                coalesce(reported::varchar, reported_date::varchar) as reported,
                coalesce(computed::varchar, computed_date::varchar) as computed
            from {COMPARED}
            where outcome = '{outcome}'
            order by all
        """


PAYMENT_DATE_CONTROLS = (
    Control(
        name="every_payment_date_is_run",
        relation="calc.clo_payment_dates",
        description="Every payment date that reports state is run on their inputs; the others say what is missing or wrong",
        sql="""
            select organization_id, deal_id, payment_date, reason
            from calc.clo_payment_dates
            where status <> 'run'
            order by all
        """,
        counted="select count(*) from calc.clo_payment_dates",
        severity="warning",
        scope="entity",
        entity_type="deal",
    ),
    Control(
        name="payment_dates_continue_the_last_one",
        relation="calc.clo_payment_date_findings",
        description="Each payment date opens with what the one before closed with, and overdraws nothing beyond what its deal allows",
        sql="""
            select organization_id, deal_id, payment_date, rule_code, message
            from calc.clo_payment_date_findings
            where severity = 'critical'
            order by all
        """,
        counted="select count(*) from calc.clo_payment_date_findings",
        scope="entity",
        entity_type="deal",
    ),
    Control(
        name="reported_figures_agree",
        relation=COMPARED,
        description="No reported figure of a payment date breaks with what the report's own inputs give",
        sql=_figures_off("break"),
        counted=f"select count(*) from {COMPARED}",
        scope="entity",
        entity_type="deal",
    ),
    Control(
        name="reported_figures_are_close",
        relation=COMPARED,
        description="No reported figure of a payment date is off by more than rounding",
        sql=_figures_off("difference"),
        counted=f"select count(*) from {COMPARED}",
        severity="warning",
        scope="entity",
        entity_type="deal",
    ),
)
