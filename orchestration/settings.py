"""What a house may configure, and the paths that follow from it. What happens in those paths does not belong here."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from pathlib import Path

from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from calculations.approvals.policy import FILE as APPROVAL_POLICY
from calculations.funds.lifecycle.limits import Environment
from orchestration.fund_reports.captions import load_templates

PROJECT = Path(__file__).resolve().parent.parent
DBT_PROJECT = PROJECT / "dbt_project"
WAREHOUSE = "warehouse.duckdb"
ARCHIVE = "archive"


def shown(path: Path) -> str:
    """A path as a person in this folder would write it."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


class Settings(BaseSettings):
    """Read from the environment, prefix `WEIR_`; every path is absolute, because dbt changes the working directory."""

    model_config = SettingsConfigDict(env_prefix="WEIR_", frozen=True, extra="ignore")

    home: Path = Path("var")
    inbox: Path | None = None
    organization_id: str = Field(default="default", pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")
    settle_seconds: float = Field(default=2.0, ge=0)
    lock_timeout_seconds: float = Field(default=900.0, ge=0)
    first_valuation_date: dt.date = dt.date(2015, 1, 1)  # where the partitions of NAVs struck again begin
    publications_kept: int = Field(default=5, ge=1)
    publish_restricted: bool = False  # also publish a folder `_restricted`, of mode 0700, with nothing masked
    alert_urls: tuple[str, ...] = ()
    as_known_at: dt.datetime | None = None  # UTC, without a zone; a home of the past knows nothing later
    pacing_assumptions: Path | None = None  # instead of those that Weir ships
    report_captions: Path | None = None  # laid over the captions of the reports to investors
    owner: str = "team:data-platform"
    environment: Environment = Environment.DEVELOPMENT  # whose limits and thresholds count for allocations
    approval_policy: Path = Field(default=APPROVAL_POLICY, validate_default=True)  # else <home>/approvals.yaml
    requested_by: str | None = None  # for whom runs of this process strike NAVs: that person does not approve them
    backup_targets: tuple[Path, ...] = ()  # folders, the primary first; without one, backups lie in <home>/backups
    backup_key_file: Path | None = None  # the key that seals backups, where WEIR_BACKUP_KEY does not hold it
    backup_log_key: bool = False  # whether sealed backups hold logs.key too

    @field_validator("backup_targets")
    @classmethod
    def _absolute_each(cls, value: tuple[Path, ...]) -> tuple[Path, ...]:
        return tuple(path.expanduser().absolute() for path in value)

    @field_validator("home", "inbox", "pacing_assumptions", "report_captions", "approval_policy", "backup_key_file")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        return None if value is None else value.expanduser().absolute()

    @field_validator("approval_policy")
    @classmethod
    def _of_the_home(cls, value: Path, info: ValidationInfo) -> Path:
        own = info.data["home"] / APPROVAL_POLICY.name if "home" in info.data else value
        return own if value == APPROVAL_POLICY and own.exists() else value

    @field_validator("report_captions")
    @classmethod
    def _can_be_laid_over(cls, value: Path | None) -> Path | None:
        # A wrong code is told before a run begins, not after minutes when it publishes.
        if value is not None:
            load_templates(value)
        return value

    @cached_property
    def inbox_path(self) -> Path:
        return self.inbox or self.home / "inbox"

    @cached_property
    def warehouse_path(self) -> Path:
        return self.home / WAREHOUSE

    @cached_property
    def lock_path(self) -> Path:
        return self.home / "warehouse.lock"

    @cached_property
    def log_key(self) -> Path:
        """The key that seals the audit trail and the log of approvals of strikes; keep a copy of it elsewhere."""
        return self.home / "logs.key"

    @cached_property
    def archive_path(self) -> Path:
        """Raw rows that left the warehouse, as Parquet; ops.archives says what each file holds."""
        return self.home / ARCHIVE

    @cached_property
    def publications_path(self) -> Path:
        return self.home / "publications"

    @cached_property
    def published_link(self) -> Path:
        return self.home / "published"

    @cached_property
    def dagster_home(self) -> Path:
        return self.home / "dagster"

    @cached_property
    def dbt_target_path(self) -> Path:
        # One constant folder under the home: without it every run leaves megabytes in the source tree.
        return self.home / "dbt_target"

    @cached_property
    def alerts_log(self) -> Path:
        return self.home / "alerts.jsonl"
