"""The `weir nav` commands: what a person types and reads to validate, approve, reject, publish and restate strikes. Deciding is done
elsewhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from calculations.nav.approval_log import UNTOUCHED, NavEvent, Standing, Step, StruckVersion
from orchestration.console import CONSOLE, ERRORS, Home, held_warehouse, settings_of
from orchestration.settings import Settings

if TYPE_CHECKING:
    from orchestration.warehouse import Warehouse

app = typer.Typer(help="Validate, approve, reject, publish and restate NAVs.", no_args_is_help=True)
RUN = "weir nav"


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"expected a day as YYYY-MM-DD, found {text!r}") from None


Product = Annotated[str, typer.Argument(help="Id of the product.")]
Day = Annotated[dt.date, typer.Argument(help="Valuation date, YYYY-MM-DD.", parser=_day, metavar="DAY")]
Actor = Annotated[str, typer.Option(help="Who acts: an actor of the approval policy.")]
Version = Annotated[int | None, typer.Option(help="Version of the strike (default: the last one).")]
Hash = Annotated[str | None, typer.Option(help="Hash of what the actor saw (default: of the strike as it is now).")]
Organization = Annotated[str | None, typer.Option(help="Whose product, where two have one of that id.")]
Comment = Annotated[str | None, typer.Option(help="What there is to say; needed where warnings failed.")]


def _command(step: Step, help_text: str) -> None:
    @app.command(step.lower(), help=help_text)
    def take(
        product_id: Product,
        valuation_date: Day,
        actor: Actor,
        comment: Comment = None,
        version: Version = None,
        content_hash: Hash = None,
        organization: Organization = None,
        home: Home = None,
    ) -> None:
        _take(home, step, product_id, valuation_date, actor, comment, version, content_hash, organization)


def _take(home: Home, step: Step, product_id: str, valuation_date: dt.date, actor: str, *rest: object) -> None:
    from orchestration.nav_approving import COMMAND_LINE, NavAsked, act

    settings = settings_of(home)
    asked = NavAsked(step, product_id, valuation_date, actor, *rest)  # type: ignore[arg-type]
    _act(settings, lambda warehouse: act(warehouse, settings, asked, COMMAND_LINE, RUN))


_command(Step.VALIDATE, "Say that the strike was checked; --comment where warnings failed.")
_command(Step.APPROVE, "Approve the strike.")
_command(Step.PUBLISH, "Release the strike, which is approved; a published one that it restates is superseded.")


@app.command()
def reject(
    product_id: Product,
    valuation_date: Day,
    actor: Actor,
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    version: Version = None,
    content_hash: Hash = None,
    organization: Organization = None,
    home: Home = None,
) -> None:
    """Reject the strike for good; --reason says why."""
    _take(home, Step.REJECT, product_id, valuation_date, actor, reason, version, content_hash, organization)


@app.command()
def restate(
    product_id: Product,
    first_bad_date: Day,
    actor: Actor,
    cause: Annotated[str, typer.Option(help="Why the published NAVs are wrong.")] = "",
    organization: Organization = None,
    home: Home = None,
) -> None:
    """Say that published NAVs are wrong from a valuation date on, see what is to correct, and open drafts of what was
    struck since.
    """
    from orchestration.nav_approving import COMMAND_LINE, RestatementAsked
    from orchestration.nav_approving import restate as restate_navs

    settings = settings_of(home)
    asked = RestatementAsked(product_id, first_bad_date, cause, actor, organization)
    _act(settings, lambda warehouse: restate_navs(warehouse, settings, asked, COMMAND_LINE, RUN))


@app.command()
def status(
    product_id: Product,
    actor: Actor,
    day: Annotated[
        dt.date | None, typer.Option(help="Of one valuation date (default: the last ten).", parser=_day, metavar="DAY")
    ] = None,
    organization: Organization = None,
    home: Home = None,
) -> None:
    """Where the versions of a product's strikes stand, what they need, and every step asked for."""
    from calculations.approvals.policy import Permission, approval_policy
    from calculations.nav.approval_log import standings
    from orchestration.nav_approval_rows import event_of, log_rows
    from orchestration.nav_subjects import struck_versions

    settings = settings_of(home)
    policy = approval_policy(settings.approval_policy)
    person = policy.person(actor)
    houses = policy.actors[person].organizations if person is not None else frozenset()
    if person is None or Permission.READ not in policy.nav_permissions(person):
        ERRORS.print(f"Refused (NO_PERMISSION): {actor} lacks {Permission.READ}", style="red", markup=False)
        raise typer.Exit(1)
    with held_warehouse(settings, RUN) as warehouse, warehouse.connect() as connection:
        found = struck_versions(connection, organization, product_id)
        log = [event_of(row) for row in log_rows(connection, organization, product_id)]
    seen = {key: struck for key, struck in found.items() if key[0].organization_id in houses}
    days = sorted({key[0] for key in seen if day in (None, key[0].valuation_date)}, key=lambda d: d.valuation_date)
    if not days:
        ERRORS.print(f"no strike of {product_id} that {actor} may read", style="red", markup=False)
        raise typer.Exit(2)
    for of_day in days if day else days[-10:]:
        now = standings(log, of_day)
        for (_, version), struck in sorted((key, s) for key, s in seen.items() if key[0] == of_day):
            CONSOLE.print(_standing_line(struck, now.get(version, UNTOUCHED)), markup=False, soft_wrap=True)
        for event in log if day else ():
            if event.day == of_day:
                CONSOLE.print(_event_line(event), markup=False, soft_wrap=True)


def _standing_line(struck: StruckVersion, now: Standing) -> str:
    move = "" if struck.move is None else f", moved {struck.move:.4%}"
    override = ", override used" if struck.is_override_used else ""
    warnings = f", warnings {', '.join(struck.warnings)}" if struck.warnings else ""
    return (
        f"{struck.day.product_id} {struck.day.valuation_date} version {struck.version}: {now.status}, "
        f"{len(now.approvers)} approved{move}{override}{warnings}, content {struck.content_hash}"
    )


def _event_line(event: NavEvent) -> str:
    outcome = event.to_status if event.refusal is None else f"refused ({event.refusal})"
    comment = f", {event.comment!r}" if event.comment else ""
    step = f"version {event.version}  {event.step} by {event.actor}{comment}"
    correction = f"; to correct: {event.correction}" if event.correction else ""
    return f"  {event.occurred_at:%Y-%m-%d %H:%M}  {step}: {outcome}{correction}"


def _act(settings: Settings, taken: Callable[[Warehouse], Sequence[NavEvent]]) -> None:
    """Exit 0 where the step was taken, 1 where it was refused, 2 where nothing could be asked."""
    # Imported here: no other command pays for the Dagster and the notification services behind it.
    from orchestration.backup.shipping import ship_and_tell
    from orchestration.nav_approval_rows import refusal_alerts
    from orchestration.nav_approving import UnknownStrike
    from orchestration.sealed_log import LostKey
    from orchestration.telling import raise_alerts

    with held_warehouse(settings, RUN) as warehouse:
        try:
            events = taken(warehouse)
        except (UnknownStrike, LostKey, ValueError) as error:
            ERRORS.print(str(error), style="red", markup=False)
            raise typer.Exit(2) from None
        raise_alerts(settings, RUN, list(refusal_alerts(events)))
        ship_and_tell(settings, RUN)
    for event in events:
        said = f"{event.day.product_id} {event.day.valuation_date} version {event.version}"
        if event.is_accepted:
            line = f"{said}: {event.from_status} -> {event.to_status}. {event.message}"
            CONSOLE.print(line, markup=False, soft_wrap=True)
            for sentence in event.correction.split("; ") if event.correction else ():
                CONSOLE.print(f"  to correct: {sentence}", markup=False, soft_wrap=True)
        else:
            ERRORS.print(f"Refused ({event.refusal}): {said}: {event.message}", style="red", markup=False)
    if not all(event.is_accepted for event in events):
        raise typer.Exit(1)
    CONSOLE.print("`weir run` shows it in the marts", markup=False)
