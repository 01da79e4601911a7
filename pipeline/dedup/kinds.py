"""How a paragraph repeats its twin, as numbers: indices into `stages.schemas.EVIDENCE`."""

STAYS, EQUAL, NEAR, CONTAINED, FIGURES, GAP = range(6)
