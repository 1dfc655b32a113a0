"""What the views are computed on, chosen in the sidebar and kept in the address."""

from __future__ import annotations

from dataclasses import astuple
from typing import Literal, cast

import streamlit as st

from tbdx import provenance
from tbdx.i18n import N_, Language
from tbdx.plan import Plan
from tbdx.service import Basis, View
from tbdx.service.view import Figures, Structure, Targets
from tbdx.ui import address

Part = Literal["structure", "figures", "targets"]
"""A part of the basis, by its name in the address."""
PARTS: tuple[Part, ...] = ("structure", "figures", "targets")

_FIGURES = provenance.FIGURES | {"in_use": N_("final figures first")}  # short, for the sidebar


def usual(plan: Plan) -> Basis:
    """The basis of a view for which nothing was chosen, every part of it named."""
    return Basis(structure=cast("Structure", plan.rule_value("structure")))


def pick(view: View, words: Language) -> Basis:
    """The reader's choice; the usual basis, which `view` is on, where nothing was chosen.

    Targets as first issued are offered only where an amendment holds.
    """
    usually = usual(view.plan)
    asked = any(part in st.query_params for part in PARTS)
    with st.expander(words.text("Basis of the figures"), icon=":material/tune:", expanded=asked):
        structure = _choose(
            "structure",
            words.text("Agency structure"),
            provenance.STRUCTURE_NAMES,
            usually.structure,
            words,
        )
        figures = _choose("figures", words.text("Figures"), _FIGURES, usually.figures, words)
        targets: str = usually.targets
        if view.amendments:
            targets = _choose(
                "targets", words.text("Targets"), provenance.TARGETS, usually.targets, words
            )
    return Basis(
        "" if structure == usually.structure else cast("Structure", structure),
        cast("Figures", figures),
        cast("Targets", targets),
    )


def _choose(part: Part, label: str, options: dict[str, str], default: str, words: Language) -> str:
    def say(code: str) -> str:
        text = words.text(options[code])
        return text[:1].upper() + text[1:]

    return address.choose(
        part, list(options), default=default, usual=default, label=label, say=say, words=words
    )


def go(plan: Plan, basis: Basis) -> None:
    """Choose a basis for the reader, for the next run."""
    usually = usual(plan)
    for part, value, default in zip(PARTS, astuple(basis), astuple(usually), strict=True):
        address.go(part, value or default, usual=default)
