"""The metrics of 900 agencies over 8 years beside polars, DuckDB and NumPy: `python -m benchmarks.metrics`.

All four start from the same wide answers, texts as texts, each in its own native form,
with the roster, the mergers and the targets beside them, and give the same sums: of
every indicator and year numerator, denominator, answered, missing, worst, best, needed
and status, baselines filled alike. They run in turn (A B C D A B …) in one process, and
are timed only once their numbers agree.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl

from tbdx import metrics
from tbdx.model import Target
from tbdx.plan import Agency, Plan
from tbdx.settings import Settings
from tbdx.workbook.appendix import read_appendix

Table = dict[tuple[int, int], tuple[Any, ...]]
"""Row and year of the appendix: numerator, denominator, answered, missing, worst, best, needed, status."""

_SEED = 348
_BLANK, _NOT_APPLICABLE, _MERGED = 0.03, 0.01, 0.04


@dataclass(frozen=True)
class Province:
    """A made-up province of the product's size: its plan, its targets, what its agencies say."""

    plan: Plan
    targets: tuple[Target, ...]
    answers: pd.DataFrame
    panel: pd.DataFrame


def province(agencies: int) -> Province:
    """So many agencies in every year of the plan; some are merged, two by two, on the way."""
    shipped = Plan.load(Settings().plan)
    targets, _ = read_appendix(shipped.appendix_path.read_bytes(), shipped)
    random = np.random.default_rng(_SEED)
    register = tuple(_register(shipped.agencies[0], agencies, shipped.due.last_day(2024)))
    plan = shipped.changed(agencies=register, obligations=())
    answers = _answers(plan, random)
    return Province(plan, targets, answers, _panel(answers))


def _register(like: Agency, agencies: int, merged_on: date) -> Iterator[Agency]:
    """The agencies; of some pairs one that both are merged into follows the two."""
    merging = 2 * round(agencies * _MERGED / 2)
    ended, begun = {"valid_to": merged_on}, {"valid_from": merged_on + timedelta(days=1)}
    for number in range(agencies):
        media = ("print", "electronic", "radio")[: 1 + number % 3]
        own = {
            "id": f"co-quan-{number:04}",
            "media_types": media,
            "e_press": "yes" if number % 4 else "no",
            "valid_from": None,
            "valid_to": None,
            "successor": "",
        }
        successor = {"successor": f"hop-nhat-{number // 2:04}"}
        yield like.model_copy(update=own | (ended | successor if number < merging else {}))
        if number < merging and number % 2:
            yield like.model_copy(update=own | begun | {"id": successor["successor"]})


def _answers(plan: Plan, random: np.random.Generator) -> pd.DataFrame:
    """A report of every agency of every year, in no order, with blanks."""
    roster = metrics.roster_of(plan, plan.all_years).sample(frac=0.98, random_state=_SEED)
    count = len(roster)

    def said() -> npt.NDArray[np.str_]:
        return random.choice(["yes", "no", "na"], count, p=[0.6, 0.39, _NOT_APPLICABLE])

    staff = random.integers(0, 400, count).astype(float)
    base = random.integers(100, 90_000, count) + random.integers(0, 1_000_000, count) / 1e6
    columns: dict[str, Any] = {
        "on_digital_platforms": said(),
        "uses_data_analytics": said(),
        "uses_ai": said(),
        "converged_newsroom": said(),
        "digital_transformation": said(),
        "revenue_2022_million_vnd": base,
        "revenue_million_vnd": np.round(base * random.choice([0.9, 1.1, 1.2, 1.3], count), 6),
        "staff_count": staff,
        "trained_count": np.floor(staff * random.random(count)),
        "security_level": random.integers(1, 6, count).astype(float),
    }
    frame = roster[["agency", "year"]].reset_index(drop=True).assign(**columns)
    for name in columns:
        frame[name] = frame[name].mask(random.random(count) < _BLANK)
    return frame


def _panel(answers: pd.DataFrame) -> pd.DataFrame:
    """The same answers as the store gives them: one row per field that is filled in."""
    fields = [name for name in answers if name not in ("agency", "year")]
    parts = []
    for name in fields:
        own = answers[["agency", "year", name]].dropna()
        text = own[name].dtype != float
        blank = pd.Series(np.nan, index=own.index)
        parts.append(
            pd.DataFrame(
                {
                    "agency": own["agency"],
                    "year": own["year"],
                    "field": name,
                    "number": blank if text else own[name],
                    "text": own[name] if text else blank.astype("str"),
                }
            )
        )
    return pd.concat(parts).sort_index(kind="stable").reset_index(drop=True)


# --- what each starts from ----------------------------------------------------------------------


@dataclass(frozen=True)
class Beside:
    """What stands beside the answers, as frames: who counts, mergers, targets."""

    roster: pd.DataFrame  # agency, year, media (how many), electronic
    mergers: pd.DataFrame  # agency, part
    targets: pd.DataFrame  # row, year, printed (share in steps), steps (to a percent), factor

    @classmethod
    def of(cls, province: Province) -> Beside:
        plan = province.plan
        register = pd.DataFrame(
            [(a.id, len(a.media_types), a.e_press == "yes") for a in plan.agencies],
            columns=["agency", "media", "electronic"],
        )
        roster = metrics.roster_of(plan, plan.all_years)[["agency", "year"]]
        parts = [(a.successor, a.id) for a in plan.agencies if a.successor]
        targets = [
            (
                target.row,
                target.year,
                round(target.share_pct * 10**target.decimals),
                10**target.decimals,
                None if target.threshold_pct is None else round(100 * (100 + target.threshold_pct)),
            )
            for target in province.targets
        ]
        return cls(
            roster.merge(register, on="agency"),
            pd.DataFrame(parts, columns=["agency", "part"]),
            pd.DataFrame(targets, columns=["row", "year", "printed", "steps", "factor"]),
        )


def of_product(results: pd.DataFrame) -> Table:
    names = [
        "numerator",
        "denominator",
        "answered",
        "missing",
        "worst_pct",
        "best_pct",
        "needed",
        "status",
    ]
    return _table(results[["row", "year", *names]].itertuples(index=False))


def _table(rows: Any) -> Table:
    return {
        (int(row[0]), int(row[1])): tuple(None if pd.isna(value) else value for value in row[2:])
        for row in rows
    }


# --- NumPy --------------------------------------------------------------------------------------


class ByNumpy:
    """Arrays: texts of fixed width, a sorted register, grids of years and agencies."""

    def __init__(self, province: Province, beside: Beside) -> None:
        answers, roster = province.answers, beside.roster
        self.years = np.array(sorted(set(roster["year"])))
        self.ids = np.unique(roster["agency"].to_numpy(dtype="U"))
        self.agency = answers["agency"].to_numpy(dtype="U")
        self.year = answers["year"].to_numpy()
        self.column = {
            name: values.to_numpy()
            if values.dtype == float
            else values.fillna("").to_numpy(dtype="U3")
            for name, values in answers.drop(columns=["agency", "year"]).items()
        }
        y = np.searchsorted(self.years, roster["year"])
        a = np.searchsorted(self.ids, roster["agency"].to_numpy(dtype="U"))
        shape = len(self.years), len(self.ids)
        self.counts = np.zeros(shape, bool)
        self.counts[y, a] = True
        self.several, self.electronic = np.zeros(shape[1], bool), np.zeros(shape[1], bool)
        self.several[a], self.electronic[a] = roster["media"] >= 2, roster["electronic"]
        mergers = beside.mergers.to_numpy(dtype="U")
        self.merged, self.whole_of = np.unique(
            np.searchsorted(self.ids, mergers[:, 0]), return_inverse=True
        )
        self.parts = np.searchsorted(self.ids, mergers[:, 1])
        shares = beside.targets.set_index(["row", "year"]).reindex(
            pd.MultiIndex.from_product([range(1, 7), self.years])
        )
        self.asked = shares["printed"].to_numpy().reshape(6, -1)
        self.steps = shares["steps"].fillna(1).to_numpy(np.int64).reshape(6, -1)
        self.factor = shares["factor"].to_numpy().reshape(6, -1)[3]

    def __call__(self) -> list[npt.NDArray[Any]]:
        y = self.year - self.years[0]
        a = np.searchsorted(self.ids, self.agency)
        counts = self.counts[y, a]
        y, a = y[counts], a[counts]
        column = {name: values[counts] for name, values in self.column.items()}
        n = len(self.years)

        def by_year(which: npt.NDArray[Any], weights: Any = None) -> npt.NDArray[Any]:
            return np.bincount(y[which], None if weights is None else weights[which], minlength=n)

        def share(yes: Any, no: Any, na: Any, of: Any) -> list[npt.NDArray[Any]]:
            """Of those `of` whom all are surely counted."""
            member = of[a]
            k, against = by_year(yes & member), by_year(no & member)
            expected = (self.counts & of).sum(axis=1) - by_year(na & member)
            open_ = expected - k - against
            return [k, k + against, k + against, open_, k, expected, k + open_, expected, open_ * 0]

        everybody = np.ones(len(self.ids), bool)
        on, room = column["on_digital_platforms"], column["converged_newsroom"]
        one, other = column["uses_data_analytics"], column["uses_ai"]
        no = (one == "no") | (other == "no")
        na = ~no & (((one == "na") & (other != "")) | ((other == "na") & (one != "")))
        level = column["security_level"]
        tallies = [
            share(on == "yes", on == "no", on == "na", everybody),
            share((one == "yes") & (other == "yes"), no, na, everybody),
            share(room == "yes", room == "no", room == "na", self.several),
            self._growth(y, a, column, by_year),
            self._people(y, a, column, by_year),
            share(level >= 3, level < 3, np.zeros(len(a), bool), self.electronic),
        ]
        return self._judged(np.array(tallies, dtype=np.int64).transpose(1, 0, 2))

    def _grid(self, y: Any, a: Any, values: Any) -> npt.NDArray[np.float64]:
        grid = np.full((len(self.years), len(self.ids)), np.nan)
        grid[y, a] = values
        for year in range(1, len(grid)):
            grid[year] = np.where(np.isnan(grid[year]), grid[year - 1], grid[year])
        return grid

    def _growth(self, y: Any, a: Any, column: Any, by_year: Any) -> list[npt.NDArray[Any]]:
        base = self._grid(y, a, column["revenue_2022_million_vnd"])
        sums = np.bincount(self.whole_of, base[-1][self.parts])
        for year in range(len(base) - 2, -1, -1):
            base[year] = np.where(np.isnan(base[year]), base[year + 1], base[year])
        base[:, self.merged] = np.where(np.isnan(sums), base[:, self.merged], sums)
        amount = column["revenue_million_vnd"]
        now = np.rint(np.nan_to_num(amount) * 1e6).astype(np.int64)
        then = np.rint(np.nan_to_num(base[y, a]) * 1e6).astype(np.int64)
        factor = self.factor[y]
        least = np.where(np.isnan(factor), 10_000, np.nan_to_num(factor)).astype(np.int64)
        grown = np.where(np.isnan(factor), now > then, now * 10_000 >= then * least)
        without = ~np.isnan(amount) & (then <= 0)
        known = ~np.isnan(amount) & ~without
        said = column["digital_transformation"]
        sure, blank = said == "yes", said == ""
        k, against = by_year(sure & known & grown), by_year(sure & known & ~grown)
        open_ = by_year(sure & ~known)
        silent = self.counts.sum(axis=1) - by_year(np.ones(len(a), bool))
        worse = by_year(blank & ~(known & grown)) + silent
        better = by_year(blank & ~(known & ~grown)) + silent
        total = k + against + open_
        return [
            k, k + against, k + against, open_ + by_year(blank) + silent,
            k, total + worse, k + open_ + better, total + better, by_year(sure & without),
        ]  # fmt: skip

    def _people(self, y: Any, a: Any, column: Any, by_year: Any) -> list[npt.NDArray[Any]]:
        part, whole = column["trained_count"], column["staff_count"]
        known = ~np.isnan(part) & ~np.isnan(whole)
        answered = by_year(known)
        size, missing = self._grid(y, a, whole), self.counts.copy()
        missing[y[known], a[known]] = False
        gap = np.where(missing, np.nan_to_num(size), 0).sum(axis=1)
        anywhere = (missing & np.isnan(size)).any(axis=1)
        k, all_ = by_year(known, part), by_year(known, whole)
        total = np.where(anywhere, 1, all_ + gap)
        return [
            k, all_, answered, missing.sum(axis=1),
            np.where(anywhere, 0, k), total, np.where(anywhere, 1, k + gap), total, answered * 0,
        ]  # fmt: skip

    def _judged(self, tallies: npt.NDArray[np.int64]) -> list[npt.NDArray[Any]]:
        k, m, answered, missing, worst, worst_of, best, best_of, without = tallies
        p, steps = np.nan_to_num(self.asked).astype(np.int64), self.steps
        exact = np.zeros_like(p, bool)
        exact[4] = True

        def least(of: npt.NDArray[np.int64], p: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
            fraction = np.where(exact, 2 * p, np.where(p >= 100 * steps, 200 * steps, 2 * p - 1))
            count: npt.NDArray[np.int64] = -(-of * fraction // (200 * steps))
            return count

        expected = answered + missing
        needed = least(np.where(exact, m, expected), p)
        beyond = np.where(
            exact,
            100 * steps * worst > p * worst_of,
            (p < 100 * steps) & (worst >= least(worst_of, p + 1)),
        )
        some = answered > 0
        status = np.select(
            [
                np.isnan(self.asked) | (p == 0),
                (expected == 0) | (some & (worst_of == 0)),
                some & beyond,
                some & (worst >= least(worst_of, p)),
                some & (best < least(best_of, p)),
                without == missing,
            ],
            ["no_target", "not_assessable", "exceeded", "met", "not_met", "not_assessable"],
            "no_data",
        )
        with np.errstate(divide="ignore", invalid="ignore"):
            low = np.where(some, 100 * worst / worst_of, np.nan)
            high = np.where(some, 100 * best / best_of, np.nan)
        needs = np.where(np.isnan(self.asked) | (p == 0), np.nan, needed)
        rows, years = np.indices(k.shape)
        columns = [rows + 1, self.years[years], k, m, answered, missing, low, high, needs, status]
        return [column.ravel() for column in columns]


# --- polars -------------------------------------------------------------------------------------


class ByPolars:
    """Lazy frames: one plan that polars optimises as a whole."""

    def __init__(self, province: Province, beside: Beside) -> None:
        self.answers = pl.from_pandas(province.answers)
        self.roster = pl.from_pandas(beside.roster)
        self.mergers = pl.from_pandas(beside.mergers)
        self.targets = pl.from_pandas(beside.targets)

    def __call__(self) -> pl.DataFrame:
        named = [
            own.alias(f"{row} {name}")
            for row, sums in enumerate(self._sums(), 1)
            for name, own in zip(_TALLY, sums, strict=True)
        ]
        years = self._rows().group_by("year").agg(*named).collect()
        stacked = [
            years.select(
                "year", *(pl.col(f"{row} {name}").alias(name) for name in _TALLY)
            ).with_columns(row=pl.lit(row, pl.Int64))
            for row in range(1, 7)
        ]
        return self._judged(pl.concat(stacked, how="vertical_relaxed").lazy()).collect()

    def _rows(self) -> pl.LazyFrame:
        """Who counts, with answers, baselines and headcounts."""
        own = (
            self.roster.lazy()
            .join(self.answers.lazy(), on=["agency", "year"], how="left")
            .sort("agency", "year")
        )
        base, staff = pl.col("revenue_2022_million_vnd"), pl.col("staff_count")
        latest = own.group_by("agency").agg(base.drop_nulls().last().alias("latest"))
        merged = (
            self.mergers.lazy()
            .join(latest, left_on="part", right_on="agency", how="left")
            .group_by("agency")
            .agg(
                pl.when(pl.col("latest").null_count() == 0)
                .then(pl.col("latest").sum())
                .alias("merged")
            )
        )
        return (
            own.with_columns(
                base.forward_fill().backward_fill().over("agency"),
                staff.forward_fill().over("agency").alias("size"),
            )
            .join(merged, on="agency", how="left")
            .join(self.targets.lazy().filter(row=4).select("year", "factor"), on="year", how="left")
            .with_columns(
                now=_dong("revenue_million_vnd"),
                then=pl.coalesce(_dong("merged"), _dong("revenue_2022_million_vnd")).fill_null(0),
            )
            .with_columns(
                grown=pl.when(pl.col("now").is_null())
                .then(None)
                .when(pl.col("then") <= 0)
                .then(None)
                .when(pl.col("factor").is_null())
                .then(pl.col("now") > pl.col("then"))
                .otherwise(
                    pl.col("now") * 10_000 >= pl.col("then") * pl.col("factor").cast(pl.Int64)
                )
            )
        )

    def _sums(self) -> Iterator[list[pl.Expr]]:
        everybody, nobody = pl.col("year") > 0, pl.col("year") < 0
        on, room = pl.col("on_digital_platforms"), pl.col("converged_newsroom")
        one, other = pl.col("uses_data_analytics"), pl.col("uses_ai")
        level = pl.col("security_level")
        no = one.eq_missing(pl.lit("no")) | other.eq_missing(pl.lit("no"))
        na = ~no & one.is_not_null() & other.is_not_null() & ((one == "na") | (other == "na"))
        yield _share(on == "yes", on == "no", on == "na", everybody)
        yield _share((one == "yes") & (other == "yes"), no, na, everybody)
        yield _share(room == "yes", room == "no", room == "na", pl.col("media") >= 2)
        yield _growing()
        yield _people()
        yield _share(level >= 3, level < 3, nobody, pl.col("electronic"))

    def _judged(self, tallies: pl.LazyFrame) -> pl.LazyFrame:
        p, steps, exact = pl.col("printed"), pl.col("steps"), pl.col("row") == 5
        k, m, answered, missing = (pl.col(name) for name in _TALLY[:4])
        worst, worst_of, best, best_of, without = (pl.col(name) for name in _TALLY[4:])

        def least(of: pl.Expr, p: pl.Expr) -> pl.Expr:
            rounded = pl.when(p >= 100 * steps).then(200 * steps).otherwise(2 * p - 1)
            fraction = pl.when(exact).then(2 * p).otherwise(rounded)
            return (of * fraction + 200 * steps - 1) // (200 * steps)

        beyond = (
            pl.when(exact)
            .then(100 * steps * worst > p * worst_of)
            .otherwise((p < 100 * steps) & (worst >= least(worst_of, p + 1)))
        )
        expected, some = answered + missing, answered > 0
        status = (
            pl.when(p.is_null() | (p == 0)).then(pl.lit("no_target"))
            .when((expected == 0) | (some & (worst_of == 0))).then(pl.lit("not_assessable"))
            .when(some & beyond).then(pl.lit("exceeded"))
            .when(some & (worst >= least(worst_of, p))).then(pl.lit("met"))
            .when(some & (best < least(best_of, p))).then(pl.lit("not_met"))
            .when(without == missing).then(pl.lit("not_assessable"))
            .otherwise(pl.lit("no_data"))
        )  # fmt: skip
        return tallies.join(self.targets.lazy(), on=["row", "year"], how="left").select(
            "row",
            "year",
            k,
            m,
            answered,
            missing,
            pl.when(some).then(100 * worst / worst_of).alias("low"),
            pl.when(some).then(100 * best / best_of).alias("high"),
            pl.when(p > 0)
            .then(least(pl.when(exact).then(m).otherwise(expected), p))
            .alias("needed"),
            status.alias("status"),
        )


_TALLY = ("k", "m", "answered", "missing", "worst", "worst_of", "best", "best_of", "without")


def _dong(name: str) -> pl.Expr:
    return (pl.col(name) * 1e6).round().cast(pl.Int64)


def _count(which: pl.Expr) -> pl.Expr:
    return which.fill_null(value=False).sum().cast(pl.Int64)


def _share(yes: pl.Expr, no: pl.Expr, na: pl.Expr, of: pl.Expr) -> list[pl.Expr]:
    k, against = _count(yes & of), _count(no & of)
    expected = _count(of) - _count(na & of)
    answered = k + against
    return [
        k, answered, answered, expected - answered,
        k, expected, expected - against, expected, k * 0,
    ]  # fmt: skip


def _growing() -> list[pl.Expr]:
    said, grown = pl.col("digital_transformation"), pl.col("grown")
    sure, blank = said == "yes", said.is_null()
    without = sure & pl.col("now").is_not_null() & (pl.col("then") <= 0)
    k, against, open_ = _count(sure & grown), _count(sure & ~grown), _count(sure & grown.is_null())
    total = k + against + open_
    worse, better = (
        _count(blank & ~grown.eq_missing(other=True)),
        _count(blank & grown.fill_null(value=True)),
    )
    return [
        k, k + against, k + against, open_ + _count(blank),
        k, total + worse, k + open_ + better, total + better, _count(without),
    ]  # fmt: skip


def _people() -> list[pl.Expr]:
    part, whole, size = (pl.col(name) for name in ("trained_count", "staff_count", "size"))
    known = part.is_not_null() & whole.is_not_null()
    k, all_ = part.filter(known).sum().cast(pl.Int64), whole.filter(known).sum().cast(pl.Int64)
    gap = size.filter(~known).sum().cast(pl.Int64)
    anywhere = (~known & size.is_null()).any()
    total = pl.when(anywhere).then(1).otherwise(all_ + gap)
    return [
        k, all_, _count(known), _count(~known),
        pl.when(anywhere).then(0).otherwise(k), total,
        pl.when(anywhere).then(1).otherwise(k + gap), total, k * 0,
    ]  # fmt: skip


# --- DuckDB -------------------------------------------------------------------------------------

_SHARE = """
    SELECT {row} AS row, year, k, k + n AS m, k + n AS answered, e - k - n AS missing,
           k AS worst, e AS worst_of, e - n AS best, e AS best_of, 0 AS without
    FROM (SELECT year, count(*) FILTER (WHERE {yes}) AS k, count(*) FILTER (WHERE {no}) AS n,
                 count(*) FILTER (WHERE NOT coalesce({na}, false)) AS e
          FROM r WHERE {of} GROUP BY year)
"""
_NO = "uses_data_analytics IS NOT DISTINCT FROM 'no' OR uses_ai IS NOT DISTINCT FROM 'no'"
_SHARES = (
    (
        1,
        "on_digital_platforms = 'yes'",
        "on_digital_platforms = 'no'",
        "on_digital_platforms = 'na'",
        "true",
    ),
    (
        2,
        "uses_data_analytics = 'yes' AND uses_ai = 'yes'",
        _NO,
        f"NOT ({_NO}) AND uses_ai IS NOT NULL AND uses_data_analytics IS NOT NULL AND 'na' IN (uses_ai, uses_data_analytics)",
        "true",
    ),
    (
        3,
        "converged_newsroom = 'yes'",
        "converged_newsroom = 'no'",
        "converged_newsroom = 'na'",
        "media >= 2",
    ),
    (6, "security_level >= 3", "security_level < 3", "false", "electronic"),
)
_QUERY = f"""
WITH own AS (
    SELECT roster.*, answers.* EXCLUDE (agency, year),
           coalesce(
               last_value(revenue_2022_million_vnd IGNORE NULLS) OVER before,
               first_value(revenue_2022_million_vnd IGNORE NULLS) OVER after
           ) AS base,
           last_value(staff_count IGNORE NULLS) OVER before AS size
    FROM roster LEFT JOIN answers USING (agency, year)
    WINDOW before AS (PARTITION BY agency ORDER BY year),
           after AS (PARTITION BY agency ORDER BY year ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)
), latest AS (
    SELECT agency, arg_max(revenue_2022_million_vnd, year) AS base
    FROM own WHERE revenue_2022_million_vnd IS NOT NULL GROUP BY agency
), merged AS (
    SELECT mergers.agency, sum(base) AS base
    FROM mergers LEFT JOIN latest ON latest.agency = part
    GROUP BY mergers.agency HAVING count(*) = count(base)
), r AS MATERIALIZED (
    SELECT *,
           CASE WHEN now IS NULL OR then_ <= 0 THEN NULL
                WHEN factor IS NULL THEN now > then_
                ELSE now * 10000 >= then_ * factor::BIGINT END AS grown
    FROM (
        SELECT own.*, factor, round(revenue_million_vnd * 1e6)::BIGINT AS now,
               coalesce(round(coalesce(merged.base, own.base) * 1e6)::BIGINT, 0) AS then_
        FROM own LEFT JOIN merged USING (agency)
        LEFT JOIN (SELECT year, factor FROM targets WHERE row = 4) USING (year)
    )
), tallies AS (
    {" UNION ALL ".join(_SHARE.format(row=r, yes=y, no=n, na=na, of=o) for r, y, n, na, o in _SHARES)}
    UNION ALL
    SELECT 4, year, k, k + n, k + n, o + p, k, k + n + o + w, k + o + b, k + n + o + b, l
    FROM (SELECT year,
                 count(*) FILTER (WHERE said = 'yes' AND grown) AS k,
                 count(*) FILTER (WHERE said = 'yes' AND NOT grown) AS n,
                 count(*) FILTER (WHERE said = 'yes' AND grown IS NULL) AS o,
                 count(*) FILTER (WHERE said = 'yes' AND now IS NOT NULL AND then_ <= 0) AS l,
                 count(*) FILTER (WHERE said IS NULL) AS p,
                 count(*) FILTER (WHERE said IS NULL AND grown IS DISTINCT FROM true) AS w,
                 count(*) FILTER (WHERE said IS NULL AND grown IS DISTINCT FROM false) AS b
          FROM (SELECT year, grown, now, then_, digital_transformation AS said FROM r)
          GROUP BY year)
    UNION ALL
    SELECT 5, year, k, m, answered, missing, if(anywhere, 0, k), if(anywhere, 1, m + gap),
           if(anywhere, 1, k + gap), if(anywhere, 1, m + gap), 0
    FROM (SELECT year,
                 coalesce(sum(trained_count) FILTER (WHERE known), 0)::BIGINT AS k,
                 coalesce(sum(staff_count) FILTER (WHERE known), 0)::BIGINT AS m,
                 count(*) FILTER (WHERE known) AS answered,
                 count(*) FILTER (WHERE NOT known) AS missing,
                 coalesce(sum(size) FILTER (WHERE NOT known), 0)::BIGINT AS gap,
                 bool_or(NOT known AND size IS NULL) AS anywhere
          FROM (SELECT *, trained_count IS NOT NULL AND staff_count IS NOT NULL AS known FROM r)
          GROUP BY year)
), judged AS (
    SELECT *, answered + missing AS expected, row = 5 AS exact,
           CASE WHEN row = 5 THEN 2 * printed WHEN printed >= 100 * steps THEN 200 * steps
                ELSE 2 * printed - 1 END AS part,
           CASE WHEN row = 5 THEN NULL WHEN printed >= 100 * steps THEN NULL
                WHEN printed + 1 >= 100 * steps THEN 200 * steps ELSE 2 * printed + 1 END AS above
    FROM tallies LEFT JOIN targets USING (row, year)
)
SELECT row, year, k, m, answered, missing,
       CASE WHEN answered > 0 AND worst_of > 0 THEN 100 * worst / worst_of END,
       CASE WHEN answered > 0 AND best_of > 0 THEN 100 * best / best_of END,
       CASE WHEN printed > 0
            THEN (if(exact, m, expected) * part + 200 * steps - 1) // (200 * steps) END,
       CASE WHEN printed IS NULL OR printed = 0 THEN 'no_target'
            WHEN expected = 0 OR (answered > 0 AND worst_of = 0) THEN 'not_assessable'
            WHEN answered > 0 AND exact AND 100 * steps * worst > printed * worst_of THEN 'exceeded'
            WHEN answered > 0 AND worst >= (worst_of * above + 200 * steps - 1) // (200 * steps)
                THEN 'exceeded'
            WHEN answered > 0 AND worst >= (worst_of * part + 200 * steps - 1) // (200 * steps)
                THEN 'met'
            WHEN answered > 0 AND best < (best_of * part + 200 * steps - 1) // (200 * steps)
                THEN 'not_met'
            WHEN without = missing THEN 'not_assessable'
            ELSE 'no_data' END
FROM judged
"""  # noqa: S608 (its parts stand above)


class ByDuckDB:
    """Tables in memory and one statement, prepared by nobody: as it is sent each time."""

    def __init__(self, province: Province, beside: Beside) -> None:
        self.base = duckdb.connect()
        for name, frame in (
            ("answers", province.answers),
            ("roster", beside.roster),
            ("mergers", beside.mergers),
            ("targets", beside.targets),
        ):
            self.base.register("frame", frame)
            self.base.execute(f"CREATE TABLE {name} AS SELECT * FROM frame")  # noqa: S608 (our own names)
            self.base.unregister("frame")

    def __call__(self) -> list[tuple[Any, ...]]:
        return self.base.execute(_QUERY).fetchall()


# --- measuring ----------------------------------------------------------------------------------


def _agree(name: str, expected: Table, found: Table) -> None:
    """Assert that a reference gives the product's numbers, percentages to the last digits."""
    assert found.keys() == expected.keys(), name
    for key, own in expected.items():
        for one, other in zip(own, found[key], strict=True):
            same = one == other or abs(one - other) < 1e-9
            assert same, f"{name} {key}: {own} is not {found[key]}"


def _timed(ways: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each way, run in turn; the first rounds only warm up."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 3):
        for name, run in ways.items():
            started = time.perf_counter()
            run()
            if number >= 3:
                times[name].append((time.perf_counter() - started) * 1000)
    return times


def main() -> None:
    """Check that all four agree, then time them in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agencies", type=int, default=900)
    parser.add_argument("--rounds", type=int, default=40)
    asked = parser.parse_args()
    made = province(asked.agencies)
    beside = Beside.of(made)
    by_numpy, by_polars = ByNumpy(made, beside), ByPolars(made, beside)
    by_duckdb = ByDuckDB(made, beside)

    def product() -> pd.DataFrame:
        return metrics.indicators(made.answers, made.plan, made.targets)

    expected = of_product(product())
    _agree("NumPy", expected, _table(zip(*by_numpy(), strict=True)))
    _agree("polars", expected, _table(by_polars().rows()))
    _agree("DuckDB", expected, _table(by_duckdb()))
    print(
        f"{len(made.answers)} reports of {asked.agencies} agencies a year; all four agree in {len(expected)} results"
    )
    ways: dict[str, Callable[[], object]] = {
        "the product": product,
        "NumPy": by_numpy,
        "polars": by_polars,
        "DuckDB": by_duckdb,
        "the product, from the panel": lambda: metrics.indicators(
            metrics.answers_of(made.panel, made.plan), made.plan, made.targets
        ),
    }
    times = _timed(ways, asked.rounds)
    fastest = min(median(times[name]) for name in ("NumPy", "polars", "DuckDB"))
    for name, own in times.items():
        print(
            f"{name:28} median {median(own):7.2f} ms   min–max {min(own):.2f}–{max(own):.2f} ms"
            f"   {median(own) / fastest:5.2f} × the fastest of the three"
        )


if __name__ == "__main__":
    main()
