"""The rule that a strike uses no other tenant's rows. Keeping them apart in storage does not belong here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from calculations.nav.validation.case import Case
from calculations.nav.validation.rules import Rule
from calculations.nav.validation.verdicts import RuleResult

SHARED = "_shared"  # visible to every organisation; input-contracts 1.1


def inputs_share_the_organisation(case: Case, rule: Rule) -> Iterable[RuleResult]:
    owners: Mapping[str, Collection[str]] = case.needed("organizations")
    foreign = {
        sheet: sorted(set(found) - {case.organization_id, SHARED})
        for sheet, found in sorted(owners.items())
        if set(found) - {case.organization_id, SHARED}
    }
    if not owners or not case.organization_id:
        yield rule.not_evaluated(case.product_id, "owners of the inputs not known")
        return
    wrong = "; ".join(f"{sheet} of {', '.join(found)}" for sheet, found in foreign.items())
    detail = f"organisation {case.organization_id}, also {wrong}" if foreign else f"{len(owners)} sheets"
    yield rule.verdict(not foreign, case.product_id, detail=detail, evidence=tuple(foreign))


PREDICATES = {"TENANT_MATCH": inputs_share_the_organisation}
