"""The commands of backup and recovery: what a person types and reads. The work itself is done in `backup`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from orchestration.backup.policy import DataSet
from orchestration.console import CONSOLE, ERRORS, Home, held_warehouse, settings_of
from orchestration.settings import Settings, shown

Target = Annotated[
    Path | None, typer.Option("--from", help="Target to restore from (default: the one with the newest).")
]
LogKey = Annotated[
    Path | None, typer.Option(help="Copy of logs.key that was kept apart, where neither home nor backup holds it.")
]
Force = Annotated[bool, typer.Option("--force", help="Replace what the home holds; it is moved aside, not deleted.")]


def register(app: typer.Typer) -> None:
    for command in (backup, backups, restore, drill, promote, prune):
        app.command()(command)


def _say(line: str) -> None:
    CONSOLE.print(line, style="bold", markup=False, soft_wrap=True)


def _size(count: int) -> str:
    return f"{count / 1e6:,.1f} MB"


def backup(
    data_set: Annotated[DataSet, typer.Option(help="What to back up.", case_sensitive=False)] = DataSet.WAREHOUSE,
    home: Home = None,
) -> None:
    """Back up to every target, and ship what was not shipped yet."""
    from orchestration.backup.making import back_up

    settings = settings_of(home)
    made = back_up(settings, data_set, say=_say)
    for each in made:
        if each.failure is not None:
            ERRORS.print(f"{each.target}: {each.failure}", style="red", markup=False, soft_wrap=True)
            continue
        sealed = "sealed" if each.is_sealed else "not sealed: set WEIR_BACKUP_KEY to encrypt"
        CONSOLE.print(
            f"{each.backup_id}  {shown(each.target)}  {_size(each.plain_bytes)} as {_size(each.stored_bytes)} in "
            f"{each.seconds:.1f} s, {sealed}",
            markup=False,
            soft_wrap=True,
        )
    if not settings.backup_log_key and settings.log_key.exists():
        CONSOLE.print(
            f"{shown(settings.log_key)} is in no backup: keep a copy of it apart.", markup=False, soft_wrap=True
        )
    if any(each.failure is not None for each in made):
        raise typer.Exit(1)


def backups(home: Home = None) -> None:
    """List what the targets hold."""
    from orchestration.backup.sealing import BackupKey
    from orchestration.backup.targets import backups_in, increments_in, targets_of

    settings = settings_of(home)
    key = BackupKey.configured(settings.backup_key_file)
    for target in targets_of(settings):
        CONSOLE.print(str(target), style="bold", markup=False, soft_wrap=True)
        for data_set in DataSet:
            for each in backups_in(target, data_set, key):
                stored = sum(file.byte_size for file in each.manifest.files.values())
                line = f"  {data_set:<12}{each.manifest.backup_id}  {_size(stored)}"
                CONSOLE.print(line, markup=False, soft_wrap=True)
        shipped = increments_in(target)
        if shipped:
            newest = max(each.taken_at for each in shipped)
            CONSOLE.print(f"  {len(shipped)} increments, the last of {newest:%Y-%m-%dT%H:%M:%SZ}", markup=False)


def restore(
    backup: Annotated[str | None, typer.Option(help="Backup to restore as it is (default: the newest state).")] = None,
    at: Annotated[str | None, typer.Option(help="Instant to go back to (ISO 8601, UTC).")] = None,
    into: Annotated[Path | None, typer.Option(help="Another home to restore into.")] = None,
    data_set: Annotated[
        DataSet,
        typer.Option(help="Not a home, but the tables or files of this set, into --into.", case_sensitive=False),
    ] = DataSet.WAREHOUSE,
    source: Target = None,
    log_key: LogKey = None,
    force: Force = False,
    home: Home = None,
) -> None:
    """Bring the home back, whole or as it stood at an instant, in its place or into another one."""
    from orchestration.backup.restoring import restore as bring_back
    from orchestration.backup.sealing import BackupKey
    from orchestration.backup.sources import choose, choose_newest
    from orchestration.backup.targets import targets_of

    settings = settings_of(home)
    instant = None if at is None else _instant(at)
    if data_set is not DataSet.WAREHOUSE:
        _take_out(settings, data_set, into, backup, instant, source)
        return
    key = BackupKey.configured(settings.backup_key_file)
    if source is not None:
        found = choose(source.expanduser().absolute(), key, backup, instant)
    else:
        found = choose_newest(targets_of(settings), key, backup, instant)
    done = bring_back(found, settings, into=into, force=force, log_key=log_key, say=_say)
    CONSOLE.print(
        f"{done.home} stands as of {found.instant:%Y-%m-%dT%H:%M:%SZ}: {_size(done.warehouse_bytes)}, "
        f"{len(found.increments)} increments with {done.loads_replayed} loads, {done.inbox_files} files of the inbox, in "
        f"{done.seconds:.1f} s. `weir run` recomputes what the increments touch.",
        markup=False,
        soft_wrap=True,
    )
    for name in done.lost_contents:
        ERRORS.print(f"{name}: its content is not in the target; its loads are", style="yellow", markup=False)
    for breach in done.breaches:
        ERRORS.print(breach, style="red", markup=False, soft_wrap=True)


def _take_out(
    settings: Settings,
    data_set: DataSet,
    into: Path | None,
    backup_id: str | None,
    at: dt.datetime | None,
    source: Path | None,
) -> None:
    from orchestration.audit import COMMAND_LINE, AuditEntry, command_actor, write
    from orchestration.backup.sealing import BackupKey
    from orchestration.backup.taking_out import take_out
    from orchestration.backup.targets import targets_of

    if into is None:
        ERRORS.print("--data-set: expected --into, the folder to write to", style="red")
        raise typer.Exit(2)
    target = (source or targets_of(settings)[0]).expanduser().absolute()
    done = take_out(target, BackupKey.configured(settings.backup_key_file), data_set, into.absolute(), backup_id, at)
    name = done.backup.manifest.backup_id
    if settings.warehouse_path.exists():
        told = AuditEntry(
            "EXPORT",
            "backup",
            name,
            actor=command_actor(settings),
            source=COMMAND_LINE,
            reason=f"{data_set} of {target} into {done.folder}, {len(done.written)} files",
        )
        with held_warehouse(settings, "weir restore") as warehouse:
            write(warehouse, settings, [told])
    CONSOLE.print(f"Wrote {len(done.written)} files of {name} to {shown(done.folder)}", markup=False, soft_wrap=True)
    for lost in done.lost:
        ERRORS.print(f"{lost}: its content is no longer in the target", style="yellow", markup=False)


def _instant(text: str) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        ERRORS.print(f"--at: expected an instant such as 2024-10-20T09:00:00Z, found {text!r}", style="red")
        raise typer.Exit(2) from None
    return moment if moment.tzinfo is None else moment.astimezone(dt.UTC).replace(tzinfo=None)


def drill(home: Home = None) -> None:
    """Restore the newest backup of every target elsewhere, check it, and measure recovery point and time."""
    from orchestration.backup.drilling import drill as run_drill
    from orchestration.backup.policy import backup_policy

    settings = settings_of(home)
    _needs_warehouse(settings)
    drilled = run_drill(settings)
    limits = backup_policy().targets
    for each in drilled:
        for shortcoming in each.shortcomings(limits):
            ERRORS.print(f"{each.target}: {shortcoming}", style="red", markup=False, soft_wrap=True)
        if each.failure is None:
            CONSOLE.print(
                f"{each.target}: {each.files_verified} files verified, recovery time {each.recovery_time_seconds:.1f} s, "
                f"recovery point {each.recovery_point_seconds:.1f} s",
                markup=False,
                soft_wrap=True,
            )
    if any(each.shortcomings(limits) for each in drilled):
        raise typer.Exit(1)


def promote(
    target: Annotated[Path, typer.Argument(help="Target to make the primary.")],
    log_key: LogKey = None,
    force: Force = False,
    home: Home = None,
) -> None:
    """Make a target the primary: a lost home is brought back from it, a living one handed over to it."""
    from orchestration.backup.promoting import promote as make_primary

    settings = settings_of(home)
    done = make_primary(settings, target.expanduser().absolute(), force=force, log_key=log_key, say=_say)
    how = (
        "handed over as it is" if done.restored is None else f"as of {done.restored.source.instant:%Y-%m-%dT%H:%M:%SZ}"
    )
    CONSOLE.print(f"{done.target} is the primary; the home stands {how}.", markup=False, soft_wrap=True)
    for each in done.backups:
        if each.failure is not None:
            ERRORS.print(f"{each.target}: {each.failure}", style="yellow", markup=False, soft_wrap=True)


def prune(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be deleted.")] = False,
    home: Home = None,
) -> None:
    """Delete backups that no rung of their ladder keeps."""
    from orchestration.backup.pruning import prune as delete

    settings = settings_of(home)
    found = delete(settings, dry_run=dry_run)
    for pruned in found:
        for path in pruned.paths:
            CONSOLE.print(f"{'would delete' if dry_run else 'deleted'} {path}", markup=False, soft_wrap=True)
    if not any(pruned.paths for pruned in found):
        CONSOLE.print("Every backup stays.")


def _needs_warehouse(settings: Settings) -> None:
    if not settings.warehouse_path.exists():
        ERRORS.print(f"{shown(settings.home)} holds no warehouse yet: `weir run` makes one", style="red", markup=False)
        raise typer.Exit(2)
