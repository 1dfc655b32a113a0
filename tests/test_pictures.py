"""Charts as pictures for print: all of a figure is drawn, and what cannot be drawn is refused."""

from __future__ import annotations

import hashlib
import math
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from amending import amend
from PIL import Image

from tbdx import charts, pictures, provenance
from tbdx.i18n import Language, language
from tbdx.model import Action, Answer, TbdxError
from tbdx.pictures import CannotDrawError
from tbdx.pictures.reading import read
from tbdx.plan import Plan
from tbdx.projections import Method, project
from tbdx.scenarios import Change, Scenario
from tbdx.service import Basis, Service, View
from tbdx.settings import ROOT
from tbdx.store import Store
from tbdx.ui import picturing
from tbdx.ui.shell import Page

VI, EN = language("vi"), language("en")
_BLUE = (0x0B, 0x5C, 0x8A)  # the light theme's first colour


def every_chart(service: Service, words: Language) -> dict[str, charts.Chart]:
    """Every kind of chart that the product draws, with samples and in its hard cases."""
    view, plan = service.view(), service.plan
    drawn = {
        f"{kind}-{indicator.code}": draw(_own(view, indicator.code), indicator, plan, words)
        for kind, draw in (("trajectory", charts.trajectory), ("thumbnail", charts.thumbnail))
        for indicator in plan.indicators
    }
    people, platforms = plan.indicator("people_trained"), plan.indicator("digital_platforms")
    for method in Method:
        rows = _own(view, platforms.code)
        found = project(rows, platforms, plan.years.goals, 2030, method, span=2)
        drawn[f"projection-{method.value}"] = charts.trajectory(
            rows, platforms, plan, words, projection=found
        )
    supposed = view.under(
        Scenario((Change("dai-ptth-thai-binh", 2024, "uses_ai", Answer.YES),), True)
    )
    for kind, draw in (("trajectory", charts.trajectory), ("thumbnail", charts.thumbnail)):
        for code in ("revenue_growth", "digital_platforms"):
            chart = draw(_own(supposed, code), plan.indicator(code), plan, words)
            drawn[f"scenario-{kind}-{code}"] = chart
    for year, shown in view.compared.groupby(["series", "year"]):
        drawn[f"comparison-{'-'.join(map(str, year))}"] = charts.comparison(shown, plan, words)
    for agency in ("dai-ptth-thai-binh", "tc-van-nghe-thai-binh", "bao-thai-binh-hop-nhat"):
        drawn |= _of_agency(view, agency, words)
    scores = pd.DataFrame(
        {
            "year": [2023, 2024, 2025],
            "total": [48.0, 55.5, 61.0],
            "version": ["QĐ 951/QĐ-BTTTT", "", "<b>QĐ & 1827</b>"],
            "level": ["Yếu", "", "Khá"],
        }
    )
    drawn["maturity-three-versions"] = charts.maturity(scores, plan, words)
    drawn["maturity-none"] = charts.maturity(scores[:0], plan, words)
    falling = pd.DataFrame(
        {
            "year": [2023, 2024, 2025, 2030],
            "growth_pct": [-12.5, 9.996, 1234.5, math.nan],
            "threshold_pct": [math.nan, 10.0, 20.0, 20.0],
            "phase": ["final", "final", "estimate", None],
            "answer": ["no", "no", "yes", "blank"],
        }
    )
    drawn["growth-falling"] = charts.growth(falling, plan, words)
    drawn["growth-none"] = charts.growth(falling[:0], plan, words)
    amend(service, {(2, 2026): 0.5, (2, 2027): 0.5, (5, 2025): 0.9})
    amend(service, {(2, 2029): 0.8}, "7/KH-UBND", 2028)
    amended = service.view()
    for code in ("data_analytics_ai", people.code):
        replaced = {year: old for (own, year), old in amended.replaced.items() if own == code}
        changes = charts.Amended(amended.amendments, replaced)
        for kind, draw in (("trajectory", charts.trajectory), ("thumbnail", charts.thumbnail)):
            chart = draw(_own(amended, code), plan.indicator(code), amended.plan, words, changes)
            drawn[f"amended-{kind}-{code}"] = chart
    drawn["amended-growth"] = charts.growth(
        falling, plan, words, charts.Amended(amended.amendments)
    )
    empty = _own(view, platforms.code)
    empty = empty.assign(answered=0, value_pct=math.nan, phase=None)
    drawn["nothing-reported"] = charts.trajectory(empty, platforms, plan, words)
    return drawn


def _own(view: View, code: str) -> pd.DataFrame:
    return view.results[view.results["indicator"] == code]


def _of_agency(view: View, agency: str, words: Language) -> dict[str, charts.Chart]:
    plan = view.plan
    own = view.standings[view.standings["agency"] == agency]
    answers = [indicator for indicator in plan.indicators if indicator.kind == "share"]
    rows = own[own["indicator"].isin([i.code for i in answers]) & own["phase"].notna()]
    people = plan.indicator("people_trained")
    revenue = own[own["indicator"] == "revenue_growth"]
    thresholds = {t.year: t.threshold_pct for t in view.targets if t.indicator == "revenue_growth"}
    revenue = revenue.assign(threshold_pct=revenue["year"].map(thresholds).astype(float))
    return {
        f"answers-{agency}": charts.agency_answers(rows, answers, plan, words),
        f"ratio-{agency}": charts.agency_ratio(
            own[own["indicator"] == people.code], people, plan, words
        ),
        f"growth-{agency}": charts.growth(revenue, plan, words),
    }


@pytest.fixture(scope="module")
def drawn(
    plan: Plan, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, charts.Chart]]:
    """Every chart in Vietnamese."""
    store = Store.open(f"sqlite:///{tmp_path_factory.mktemp('charts') / 'tbdx.db'}")
    service = Service(plan, store, ROOT / "data" / "samples")
    yield every_chart(service, VI)
    service.close()


@pytest.fixture
def chart(drawn: dict[str, charts.Chart]) -> charts.Chart:
    return drawn["trajectory-data_analytics_ai"]


def _image(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


def _pixels(content: bytes) -> np.ndarray[Any, Any]:
    return np.asarray(_image(content).convert("RGB")).astype(int)


# --- all of a figure ----------------------------------------------------------------------------


def test_every_chart_of_the_product_can_be_drawn(drawn: dict[str, charts.Chart]) -> None:
    """Each is a picture 16 cm wide at 300 dots an inch, no letter lacks, nothing runs over the edge.

    Matplotlib warns of a letter that its font does not have, and a warning fails the test.
    """
    for name, own in drawn.items():
        content = pictures.draw(own, file_type="png", title="Chỉ tiêu", notes=["Nguồn: Kế hoạch"])
        image = _image(content)
        assert image.width == 1889, name
        assert round(image.info["dpi"][0]) == 300
        pixels = _pixels(content)
        edges = (pixels[:8], pixels[-8:], pixels[:, :8], pixels[:, -8:])
        assert all((edge == 255).all() for edge in edges), f"{name} runs over the edge"


def test_every_letter_of_vietnamese_is_there(chart: charts.Chart) -> None:
    """All 134 letters with their marks, in both weights, and the signs that texts use."""
    letters = "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"
    every = f"{letters} {letters.upper()} –—…·≥≤→×“”✓✗▲●○◇"
    assert pictures.draw(chart, file_type="png", title=every, marks=[every], notes=[every])


def test_marks_stand_where_the_results_are(service: Service) -> None:
    """Every result of the table has its mark at that year and value, hollow where it is an estimate."""
    view = service.view()
    rows = _own(view, "people_trained").dropna(subset=["value_pct"])
    chart = charts.trajectory(rows, service.plan.indicator("people_trained"), service.plan, VI)
    marks = read(chart).series[0].marks
    assert [(mark.x, mark.y) for mark in marks] == list(
        zip(rows["year"], rows["value_pct"], strict=True)
    )
    hollow = [mark.symbol == "circle-open" for mark in marks]
    assert hollow == [phase == "estimate" for phase in rows["phase"]]
    assert True in hollow
    assert False in hollow


def test_colours_are_those_of_the_light_theme_in_the_order_of_traces(chart: charts.Chart) -> None:
    """The figure sets none: results are in the first colour, on white."""
    pixels = _pixels(pictures.draw(chart, file_type="png"))
    assert (pixels == _BLUE).all(axis=2).sum() > 1000
    assert (pixels == 255).all(axis=2).mean() > 0.85


def test_a_gap_stays_a_gap() -> None:
    """No line joins the years on both sides of one without a value."""
    line = {"type": "scatter", "mode": "lines", "line": {"width": 3}}

    def blue(values: list[float | None]) -> int:
        figure = go.Figure(
            {"data": [{**line, "x": [2023, 2024, 2025], "y": values}], "layout": {"height": 200}}
        )
        content = pictures.draw(charts.Chart(figure, ""), file_type="png")
        return int((_pixels(content) == _BLUE).all(axis=2).sum())

    assert blue([1, 1, 1]) > 1000
    assert blue([1, None, 1]) == 0


# --- what cannot be drawn -----------------------------------------------------------------------

_TRACE: dict[str, Any] = {
    "type": "scatter",
    "mode": "lines+markers+text",
    "x": [2023, 2024],
    "y": [1, 2],
    "text": ["a", "b"],
}


@pytest.mark.parametrize(
    ("trace", "layout"),
    [
        ({"type": "pie", "labels": ["a"], "values": [1]}, {}),
        ({**_TRACE, "x": ["Báo", "Đài"]}, {}),
        ({**_TRACE, "error_y": {"value": 1}}, {}),
        ({**_TRACE, "connectgaps": True}, {}),
        ({**_TRACE, "fill": "tozeroy"}, {}),
        ({**_TRACE, "line": {"shape": "spline"}}, {}),
        ({**_TRACE, "line": {"dash": "longdash"}}, {}),
        ({**_TRACE, "line": {"color": "red"}}, {}),
        ({**_TRACE, "marker": {"symbol": "hexagon"}}, {}),
        ({**_TRACE, "marker": {"color": [1, 2]}}, {}),
        ({**_TRACE, "text": ["<i>a</i>", "b"]}, {}),
        ({**_TRACE, "legendgroup": "others"}, {}),
        (_TRACE, {"shapes": [{"type": "line", "x0": 0, "x1": 1, "y0": 0, "y1": 1}]}),
        (_TRACE, {"annotations": [{"text": "a", "x": 1, "y": 1, "showarrow": True}]}),
        (_TRACE, {"yaxis": {"type": "log"}}),
        (_TRACE, {"legend": {"orientation": "v"}}),
        (_TRACE, {"barmode": "stack"}),
    ],
)
def test_what_print_does_not_know_is_refused(trace: dict[str, Any], layout: dict[str, Any]) -> None:
    """Rather than a picture that leaves something out there is an error that names it."""
    with pytest.raises(CannotDrawError):
        pictures.draw(
            charts.Chart(go.Figure({"data": [trace], "layout": layout}), ""), file_type="svg"
        )


def test_what_is_refused_could_be_drawn_without_it() -> None:
    """The trace that those refused are made from is fine."""
    figure = go.Figure({"data": [_TRACE], "layout": {}})
    assert pictures.draw(charts.Chart(figure, ""), file_type="svg").startswith(b"<?xml")


# --- the file ------------------------------------------------------------------------------------


@pytest.mark.parametrize("file_type", ["png", "svg"])
def test_the_same_chart_is_the_same_bytes(
    chart: charts.Chart, file_type: pictures.FileType
) -> None:
    """Drawn twice, or by four threads at once."""

    def once(_: int) -> str:
        content = pictures.draw(chart, file_type=file_type, title="Chỉ tiêu", marks=["MINH HỌA"])
        return hashlib.sha256(content).hexdigest()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(once, range(8)))) == 1


_IN_ANOTHER_PROCESS = """
import hashlib
import plotly.graph_objects as go
from tbdx import charts, pictures, provenance
data = [{"type": "scatter", "mode": "lines+markers", "x": [1, 2], "y": [3, 4], "name": "Kết quả"}]
chart = charts.Chart(go.Figure({"data": data}), "x")
kinds = [pictures.draw(chart, file_type=kind, title="Chỉ tiêu") for kind in ("png", "svg")]
print([hashlib.sha256(kind).hexdigest() for kind in kinds])
"""


def test_a_machine_s_own_settings_change_nothing(tmp_path: Path) -> None:
    """Neither Matplotlib's settings of the machine nor the process's hash seed reach a picture."""
    (tmp_path / "matplotlibrc").write_text(
        "lines.linewidth: 9\nfont.size: 30\nsvg.fonttype: none\n"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", _IN_ANOTHER_PROCESS],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, **own},
            check=True,
            capture_output=True,
        ).stdout
        for seed, own in (("1", {}), ("2", {"MATPLOTLIBRC": str(tmp_path / "matplotlibrc")}))
    ]
    assert said[0] == said[1]
    assert said[0]


def test_an_svg_needs_nothing_but_itself(chart: charts.Chart) -> None:
    """Its letters are outlines, it says in words what it shows, and it has its size on paper."""
    content = pictures.draw(chart, file_type="svg", title="Phân tích dữ liệu", width_cm=16)
    text = content.decode()
    assert "<text" not in text
    assert "<title>Phân tích dữ liệu</title>" in text
    assert chart.sentence in text
    assert 'width="453.54' in text, "points: 16 cm"
    assert 'href="http' not in text
    assert "<dc:date>" not in text


def test_a_png_says_in_words_what_it_shows(chart: charts.Chart) -> None:
    """The sentence for screen readers goes along in the file; no moment, no name of a program."""
    info = _image(pictures.draw(chart, file_type="png", title="Phân tích dữ liệu")).info
    assert info["Title"] == "Phân tích dữ liệu"
    assert info["Description"] == chart.sentence
    assert not {"Software", "Creation Time", "date:create"} & set(info)


def test_the_height_is_kept_unless_the_marks_had_no_room(chart: charts.Chart) -> None:
    """8 cm are 8 cm; 2 cm would leave nothing to see, so the picture grows."""
    assert _image(pictures.draw(chart, file_type="png", height_cm=8)).height == 944
    assert _image(pictures.draw(chart, file_type="png", height_cm=2)).height > 600


def test_what_must_not_be_overlooked_stands_in_a_frame_above_all(chart: charts.Chart) -> None:
    """With a mark there is a frame at the top left, which is not there without."""

    def frame(marks: list[str]) -> int:
        pixels = _pixels(pictures.draw(chart, file_type="png", marks=marks, title="Chỉ tiêu"))
        return int((pixels[:70, 17:21].sum(axis=2) < 300).any(axis=1).sum())

    assert frame(["SỐ LIỆU MINH HỌA"]) > 40
    assert frame([]) < 40


def test_a_name_with_dollars_is_no_formula(chart: charts.Chart) -> None:
    """Names from the register show letter by letter."""
    assert pictures.draw(chart, file_type="svg", title=r"Báo $\frac{1}$ & <b> $")


def test_who_draws_nothing_loads_nothing() -> None:
    """A page that offers pictures does not load Matplotlib until one is asked for."""
    code = "import sys, tbdx.ui.widgets, tbdx.pictures; print('matplotlib' in sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert run.stdout.strip() == "False"


# --- taken from a page ---------------------------------------------------------------------------

_SUBJECT = picturing.Subject("trajectory", "2. Phân tích", {"indicator": "data_analytics_ai"})


def _take(page: Page, draw: Callable[[], charts.Chart]) -> tuple[bytes, dict[str, Any]]:
    """The picture, and what it was asked to say."""
    with patch.object(pictures, "draw", wraps=pictures.draw) as asked:
        content = picturing.take(page, _SUBJECT, draw, "png", "Phòng Báo chí")
    return content, dict(asked.call_args.kwargs)


def test_a_picture_is_told_to_the_record_before_it_is_made(
    service: Service, chart: charts.Chart
) -> None:
    """The entry says who took which chart as what, on which basis, and that it was a sample."""
    page = Page(service, service.view(), VI)
    content, said = _take(page, lambda: chart)
    assert _image(content).format == "PNG"
    (entry,) = service.office.record(actions=[Action.EXPORTED])
    assert (entry.subject, entry.actor) == ("export:chart/trajectory", "Phòng Báo chí")
    for part in ('"indicator":"data_analytics_ai"', '"file_type":"png"', '"sample":true'):
        assert part in entry.after.replace(": ", ":")
    assert said["marks"] == ["SỐ LIỆU MINH HỌA, không phải số liệu cơ quan báo cáo"]
    notes = "\n".join(said["notes"])
    code = f"Mã nhật ký: {entry.hash[:12]} ·"
    for part in ("150/KH-UBND", "Bản dữ liệu: 0", "Thời điểm xuất: ", code):
        assert part in notes


def test_a_picture_says_all_that_a_file_says(service: Service, chart: charts.Chart) -> None:
    """Every fact has its place below, the rounding rule whole; marks are not said twice."""
    page = Page(service, service.view(), VI)
    _, said = _take(page, lambda: chart)
    (*_, notes) = said["notes"]
    facts = provenance.facts(page.view, VI, provenance.Taking(datetime.now(UTC)))
    for head, _ in facts[1:]:
        assert f"{head}: " in notes
    assert notes.endswith(": ".join(facts[-1]))
    assert f"Bộ lọc: {_SUBJECT.title}" in notes
    assert said["marks"] == [facts[0][1]]
    assert facts[0][1] not in notes


def test_a_picture_of_a_scenario_says_so(service: Service, chart: charts.Chart) -> None:
    """In the frame that it is supposed; below what is, shortened where it is much."""
    changes = tuple(
        Change("dai-ptth-thai-binh", year, "uses_ai", Answer.YES) for year in range(2024, 2031)
    )
    view = service.view(Basis()).under(Scenario(changes))
    _, said = _take(Page(service, view, VI), lambda: chart)
    assert any("kịch bản" in mark for mark in said["marks"])
    notes = "\n".join(said["notes"])
    assert notes.count("→ Có") == 4
    assert "và 3 mục khác" in notes


def test_without_an_entry_in_the_record_there_is_no_picture(
    service: Service, chart: charts.Chart
) -> None:
    """Where the record cannot be told the download fails, and nothing is drawn."""
    page = Page(service, service.view(), VI)
    refusal = patch.object(type(service.office), "exported", side_effect=TbdxError("read-only"))
    with refusal, patch.object(pictures, "draw") as drawing, pytest.raises(TbdxError):
        picturing.take(page, _SUBJECT, lambda: chart, "png", "x")
    drawing.assert_not_called()
