"""The templates of all reports with a house's own captions laid over them. What a template may contain is its own module's."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from orchestration.errors import WrongRequest
from orchestration.fund_reports.notice_template import NOTICES, NoticeTemplates
from orchestration.fund_reports.performance_template import PERFORMANCE, PerformanceTemplate
from orchestration.fund_reports.template import TEMPLATE, Template

Captions = Mapping[str, Mapping[str, str]]  # report -> code -> caption
SHIPPED = {"reporting": TEMPLATE, "notices": NOTICES, "performance": PERFORMANCE}

# groups of captions by name; lines and sections have theirs beside what they show
GROUPS = ("bases", "columns", "header", "holders", "horizons", "measures", "sheets", "statements")


class WrongCaptions(WrongRequest):
    """A house's captions file is not one; the message names file, report and code, what was expected and found."""


@dataclass(frozen=True)
class Templates:
    """Every report's template as this house has it."""

    reporting: Template
    notices: NoticeTemplates
    performance: PerformanceTemplate


def load_templates(captions: Path | None = None) -> Templates:
    """The shipped templates, with the captions of a house's own file laid over them.

    Raises WrongCaptions, or pydantic's ValidationError where a shipped template itself is wrong.
    """
    own = {} if captions is None else _own_captions(captions)
    raw = {report: yaml.safe_load(path.read_text()) for report, path in SHIPPED.items()}
    for report, of_report in own.items():
        _lay_over(raw[report], of_report, f"{captions}, {report}")
    return Templates(
        TypeAdapter(Template).validate_python(raw["reporting"]),
        TypeAdapter(NoticeTemplates).validate_python(raw["notices"]),
        TypeAdapter(PerformanceTemplate).validate_python(raw["performance"]),
    )


def _own_captions(path: Path) -> Captions:
    try:
        found = yaml.safe_load(path.read_text())
    except OSError as error:
        raise WrongCaptions(f"{path}: expected a file of captions, found none ({error.strerror})") from None
    except yaml.YAMLError as error:
        raise WrongCaptions(f"{path}: expected YAML, found {' '.join(str(error).split())}") from None
    try:
        own = TypeAdapter(dict[str, dict[str, str]]).validate_python(found)
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(str(part) for part in problem["loc"]) or "the file"
        raise WrongCaptions(
            f"{path}, {place}: expected captions by report and code, found {problem['input']!r}"
        ) from None
    if unknown := sorted(set(own) - set(SHIPPED)):
        raise WrongCaptions(f"{path}: expected reports {', '.join(SHIPPED)}, found {', '.join(unknown)}")
    return own


def _lay_over(raw: dict[str, Any], own: Mapping[str, str], where: str) -> None:
    places = {code: (holder, name) for code, holder, name in _places(raw)}
    for code, caption in own.items():
        if code not in places:
            near = difflib.get_close_matches(code, places, n=3) or sorted(places)[:3]
            raise WrongCaptions(f"{where}: expected a code of the report such as {', '.join(near)}, found {code!r}")
        if not caption.strip():
            raise WrongCaptions(f"{where}, {code}: expected a caption, found {caption!r}")
        holder, name = places[code]
        holder[name] = caption


def _places(raw: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, dict[str, Any], str]]:
    """Every caption of a template: its code, and the mapping and the name under which it stands there."""
    if "title" in raw:
        yield f"{prefix}title", raw, "title"
    for group in GROUPS:
        for name in raw.get(group, ()):
            yield f"{prefix}{group}.{name}", raw[group], name
    for number, section in enumerate(raw.get("sections", ()), 1):
        yield f"{prefix}sections.{number}", section, "title"
        for line in section["lines"]:
            yield f"{prefix}{line['code']}", line, "caption"
    for kind, notice in raw.get("notices", {}).items():
        yield from _places(notice, f"{kind}.")
