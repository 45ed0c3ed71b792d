"""Great Expectations' own pages (Data Docs) of suites and what they find on frames. Which frames is the caller's.

The pages are static; their styles are fetched by the browser, and without a network they are plain.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from expectations.rules import Suite
from expectations.runner import documented, great_expectations

SITE = "weir"


@dataclass(frozen=True)
class DataDocs:
    """`index` is the page to open."""

    index: Path
    suites: int
    suites_passed: int


def build_data_docs(folder: Path, frames: Iterable[tuple[Suite, pd.DataFrame]]) -> DataDocs:
    """Run each suite on its frame and write the site into `folder`, which is empty.

    What Weir keeps of its runs is one line a rule, which Great Expectations cannot make pages of: the rules are run anew.
    """
    gx = great_expectations()
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    for name in list(context.get_config()["data_docs_sites"] or {}):
        context.delete_data_docs_site(name)
    context.add_data_docs_site(
        SITE,
        {
            "class_name": "SiteBuilder",
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
            "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(folder)},
        },
    )
    source = context.data_sources.add_pandas("warehouse")
    passed = 0
    suites = 0
    for suite, frame in frames:
        batch = source.add_dataframe_asset(suite.name).add_batch_definition_whole_dataframe("whole")
        definition = gx.ValidationDefinition(name=suite.name, data=batch, suite=context.suites.add(documented(suite)))
        context.validation_definitions.add(definition)
        # The values that stand on the pages are samples: pages are read by more people than the warehouse.
        outcome = context.checkpoints.add(
            gx.Checkpoint(
                name=suite.name, validation_definitions=[definition], result_format={"result_format": "SUMMARY"}
            )
        ).run(batch_parameters={"dataframe": frame.reset_index(drop=True)})
        suites += 1
        passed += bool(outcome.success)
    context.build_data_docs()
    return DataDocs(folder / "index.html", suites, passed)
