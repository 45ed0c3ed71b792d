"""The `weir approve` commands: what a person types and reads to request, approve, reject and revoke. Deciding is done elsewhere."""

from __future__ import annotations

from typing import Annotated

import typer

from calculations.approvals.log import Asked, LogEntry
from calculations.approvals.policy import Action, SubjectType
from orchestration.console import CONSOLE, ERRORS, Home, held_warehouse, settings_of
from orchestration.settings import Settings

app = typer.Typer(
    help="Request, approve, reject and revoke calls, distributions, allocations and transfers.", no_args_is_help=True
)
RUN = "weir approve"

Type = Annotated[
    SubjectType, typer.Argument(help="CAPITAL_CALL, DISTRIBUTION, ALLOCATION, TRANSFER.", case_sensitive=False)
]
Id = Annotated[str, typer.Argument(help="Id of the subject, as its workbook states it.")]
Actor = Annotated[str, typer.Option(help="Who acts: an actor of the approval policy.")]
Reason = Annotated[str | None, typer.Option(help="Why; needed to reject and to revoke.")]
Role = Annotated[str | None, typer.Option(help="In which of the actor's roles (default: any that may).")]
Behalf = Annotated[str | None, typer.Option(help="Whose delegate the actor is.")]
Organization = Annotated[str | None, typer.Option(help="Whose subject, where two have one of that id.")]
Hash = Annotated[str | None, typer.Option(help="Hash of what the actor saw (default: of the content now).")]
TierOption = Annotated[int | None, typer.Option(help="A higher tier than the amount demands.")]


def _command(action: Action, help_text: str) -> None:
    @app.command(action.lower(), help=help_text)
    def take(
        subject_type: Type,
        subject_id: Id,
        actor: Actor,
        reason: Reason = None,
        role: Role = None,
        on_behalf_of: Behalf = None,
        organization: Organization = None,
        content_hash: Hash = None,
        tier: TierOption = None,
        home: Home = None,
    ) -> None:
        _act(
            settings_of(home),
            Asked(
                action, subject_type, subject_id, actor, reason, organization, content_hash, tier, role, on_behalf_of
            ),
        )


_command(Action.REQUEST, "Ask for an approval of the subject as it is now.")
_command(Action.VALIDATE, "Say that what is requested was checked.")
_command(Action.APPROVE, "Approve what is requested.")
_command(Action.REJECT, "Reject what is requested; --reason says why.")
_command(Action.REVOKE, "Take back an approval; --reason says why.")
_command(Action.PUBLISH, "Release what is approved, of subjects that are published.")


@app.command("list")
def list_log(
    subject_type: Annotated[SubjectType | None, typer.Argument(help="Of one type.", case_sensitive=False)] = None,
    subject_id: Annotated[str | None, typer.Argument(help="Of one subject.")] = None,
    home: Home = None,
) -> None:
    """The log: every action asked for, taken or refused with its reason."""
    from orchestration.approving import read_log

    with held_warehouse(settings_of(home), RUN) as warehouse:
        entries = read_log(warehouse, subject_type, subject_id)
    if not entries:
        CONSOLE.print("Nobody has asked for anything yet.")
        return
    for entry in entries:
        CONSOLE.print(_line(entry), markup=False, soft_wrap=True)


def _line(entry: LogEntry) -> str:
    """One row of the log as one line, so that it can be searched."""
    who = entry.actor if entry.on_behalf_of is None else f"{entry.actor} for {entry.on_behalf_of}"
    amount = "" if entry.amount is None else f", {entry.amount:,.2f} {entry.currency or ''}".rstrip()
    outcome = entry.to_state if entry.refusal is None else f"refused ({entry.refusal})"
    reason = f", {entry.reason!r}" if entry.reason else ""
    subject = f"{entry.subject_type} {entry.subject_id}"
    return f"{entry.occurred_at:%Y-%m-%d %H:%M}  {subject}  {entry.action} by {who}{amount}{reason}: {outcome}"


def _act(settings: Settings, asked: Asked) -> None:
    """Exit 0 where the action was taken, 1 where it was refused, 2 where nothing could be asked."""
    # Imported here: no other command pays for the Dagster and the notification services behind it.
    from orchestration.approving import COMMAND_LINE, UnknownSubject, act, refusal_alerts
    from orchestration.backup.shipping import ship_and_tell
    from orchestration.telling import raise_alerts

    with held_warehouse(settings, RUN) as warehouse:
        try:
            decision = act(warehouse, settings, asked, COMMAND_LINE, RUN)
        except (UnknownSubject, ValueError) as error:
            ERRORS.print(str(error), style="red", markup=False)
            raise typer.Exit(2) from None
        entry = decision.entry
        raise_alerts(settings, RUN, list(refusal_alerts([entry])))
        ship_and_tell(settings, RUN)
    if not decision.is_accepted:
        ERRORS.print(f"Refused ({entry.refusal}): {entry.message}", style="red", markup=False)
        raise typer.Exit(1)
    CONSOLE.print(
        f"{entry.subject_type} {entry.subject_id}: {entry.from_state} -> {entry.to_state}. {entry.message}",
        markup=False,
    )
    CONSOLE.print(f"  of content {entry.content_hash}; `weir run` publishes it", markup=False)
