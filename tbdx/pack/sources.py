"""What the workbook tells beside the figures: who sent what, what each appendix prints, what happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from tbdx.collection import YearStanding
from tbdx.model import Erratum, PlanVersion, Submission, Target
from tbdx.register import RegisterEvent
from tbdx.service import Service, View


@dataclass(frozen=True)
class PackSources:
    """What a view does not know, read once.

    submissions  every version of every report, the oldest first
    rounds       by year, how each agency stands with its report, in the register's order
    printed      what each appendix prints: the one first issued (None), then the amended ones
    errata       every correction to a filed figure, withdrawn ones included
    events       what happened to the agencies and the province
    revision     the store's, when this was read
    """

    submissions: tuple[Submission, ...]
    rounds: Mapping[int, tuple[YearStanding, ...]]
    printed: tuple[tuple[PlanVersion | None, tuple[Target, ...]], ...]
    errata: tuple[Erratum, ...]
    events: tuple[RegisterEvent, ...]
    revision: int

    @classmethod
    def of(cls, service: Service, view: View, at: datetime) -> Self:
        """What stands beside a view at a time: of the illustrative reports where it shows those."""
        submissions, rounds = service.reviewing.everything(at, sample=view.sample)
        office = service.office
        return cls(
            tuple(submissions),
            {year: tuple(standings) for year, standings in rounds.items()},
            office.printed_targets(),
            () if view.sample else tuple(office.errata()),
            tuple(office.register_events()),
            service.view().revision,
        )
