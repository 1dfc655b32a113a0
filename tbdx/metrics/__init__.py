"""Indicators from answers: pure arithmetic on frames, exactly as the plan defines it.

Frame in, frame out: no clock, no I/O, nothing rounded for display. Shares of
agencies are compared with a target after rounding half up to the decimals that
the target is printed with; growth thresholds and ratios of sums are compared
exactly. Amounts are exact to the đồng. See docs/method.md and the plan's appendix.

Frames
------
panel      one row per reported field: agency, year, phase, field, number, text, …
answers    one row per agency and year, one column per field (`answers_of`)
results    one row per indicator and year (`indicators`), columns RESULT_COLUMNS
standings  one row per indicator, agency and year (`agency_indicators`)

Modules, each above the next
----------------------------
results    the frames: the province, its agencies, the province without each agency
tallies    how the agencies stand on an indicator, added up by year
verdicts   what a target asks for, and the verdict on a tally, in whole numbers
reports    the answers as arrays beside the roster of a plan; baselines, headcounts
"""

from tbdx.metrics.reports import (
    answers_of,
    baselines,
    growth_pct,
    latest_baselines,
    merged_baselines,
    roster_of,
)
from tbdx.metrics.results import RESULT_COLUMNS, agency_indicators, indicators, without_each
from tbdx.metrics.tallies import DONG_PER_MILLION
from tbdx.metrics.verdicts import needed_count

__all__ = [
    "DONG_PER_MILLION",
    "RESULT_COLUMNS",
    "agency_indicators",
    "answers_of",
    "baselines",
    "growth_pct",
    "indicators",
    "latest_baselines",
    "merged_baselines",
    "needed_count",
    "roster_of",
    "without_each",
]
