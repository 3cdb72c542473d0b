"""Assembly (组卷): parallel forms that give everybody the same chance. docs/assembly.md has the model."""

from .build import assemble, widen
from .supply import CONDITIONS, admitted_by, find_clashes, without
from .types import (
    Assembly,
    Built,
    Candidate,
    Clash,
    Infeasible,
    Relaxation,
    Request,
    Rule,
    expected_facility,
    level_of,
)

__all__ = [
    "CONDITIONS",
    "Assembly",
    "Built",
    "Candidate",
    "Clash",
    "Infeasible",
    "Relaxation",
    "Request",
    "Rule",
    "admitted_by",
    "assemble",
    "expected_facility",
    "find_clashes",
    "level_of",
    "widen",
    "without",
]
