"""Plotly figures, each with the sentence that says what it shows."""

from tbdx.charts.agency import agency_answers, agency_ratio, maturity
from tbdx.charts.comparison import comparison, comparison_sentence
from tbdx.charts.growth import growth
from tbdx.charts.marks import ANSWER_GLYPHS, CONFIG, Amended, Chart, amendment_sentences
from tbdx.charts.trajectories import thumbnail, trajectory, trajectory_sentence
from tbdx.wording import target_text

__all__ = [
    "ANSWER_GLYPHS",
    "CONFIG",
    "Amended",
    "Chart",
    "agency_answers",
    "agency_ratio",
    "amendment_sentences",
    "comparison",
    "comparison_sentence",
    "growth",
    "maturity",
    "target_text",
    "thumbnail",
    "trajectory",
    "trajectory_sentence",
]
