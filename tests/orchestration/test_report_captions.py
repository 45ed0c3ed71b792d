"""A house's own captions: laid over the shipped ones, and refused with file, report and code where they are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from orchestration.fingerprints import settings_fingerprint
from orchestration.fund_reports.captions import WrongCaptions, load_templates
from orchestration.settings import Settings


def test_a_caption_of_each_report_may_be_replaced_and_the_others_stay(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        "reporting: {beginning_nav: Net assets at the start, header.fund: Partnership}\n"
        "notices: {CAPITAL_CALL.called: Please pay, columns.whole: Everybody, DISTRIBUTION.title: Payment}\n"
        "performance: {measures.irr: IRR, sheets.portfolio: Holdings}\n"
    )
    templates, shipped = load_templates(own), load_templates()
    lines = {line.code: line.caption for line in templates.reporting.lines}
    assert lines["beginning_nav"] == "Net assets at the start"
    assert lines["ending_unfunded"] == "Ending unfunded commitment"
    assert templates.reporting.header["fund"] == "Partnership"
    called = {line.code: line.caption for line in templates.notices.notices["CAPITAL_CALL"].lines}
    assert called["called"] == "Please pay"
    assert (templates.notices.columns["whole"], templates.notices.notices["DISTRIBUTION"].title) == (
        "Everybody",
        "Payment",
    )
    assert (templates.performance.measures["irr"], templates.performance.sheets["portfolio"]) == ("IRR", "Holdings")
    assert templates.performance.statements == shipped.performance.statements


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("reporting: {begining_nav: X}", r"own.yaml, reporting: expected a code .*beginning_nav.*found 'begining_nav'"),
        ("statements: {a: X}", "expected reports reporting, notices, performance, found statements"),
        ("reporting: {beginning_nav: ' '}", "own.yaml, reporting, beginning_nav: expected a caption, found ' '"),
        ("reporting: {beginning_nav: [1]}", r"own.yaml, reporting.beginning_nav: expected captions .*found \[1\]"),
        ("reporting: {", "own.yaml: expected YAML, found"),
        ("just text", "own.yaml, the file: expected captions by report and code, found 'just text'"),
    ],
)
def test_a_wrong_file_says_where_it_is_wrong(tmp_path: Path, content: str, said: str) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(content)
    with pytest.raises(WrongCaptions, match=said):
        load_templates(own)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(WrongCaptions, match=r"none\.yaml: expected a file of captions, found none"):
        load_templates(tmp_path / "none.yaml")


def test_a_statement_may_say_only_what_is_known(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("performance: {statements.currency: 'In {dollars}.'}")
    with pytest.raises(ValidationError, match="dollars"):
        load_templates(own)


def test_wrong_captions_are_told_before_a_run_begins(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("reporting: {no_such_line: X}")
    with pytest.raises(WrongCaptions, match="no_such_line"):
        Settings(home=tmp_path, report_captions=own)


def test_other_captions_are_another_setting(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    prints = {settings_fingerprint(Settings(home=tmp_path))}
    for caption in ("One", "Two"):
        own.write_text(f"reporting: {{title: {caption}}}")
        prints.add(settings_fingerprint(Settings(home=tmp_path, report_captions=own)))
    assert len(prints) == 3
