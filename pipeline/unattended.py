"""Settings of runs that nobody watches: when they are held back, who is told; and what all sections have in common."""

import re
from fractions import Fraction
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

Share = Annotated[float, Field(ge=0.0, le=1.0)]


def _web(value: str) -> str:
    if not re.match(r"https?://[^/]", value):
        raise ValueError("expected an address that begins with https:// or http://")
    return value


class Section(BaseModel):
    """What all sections have in common: unknown keys are refused, types are taken literally, nothing changes later."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class BrakeSettings(Section):
    """When a finished run is not published. See `docs/nightly.md` for the formula."""

    enabled: bool = True
    most_removed_share: Share = 0.6
    fewest_documents: Annotated[int, Field(ge=1)] = 200
    fewest_nights: Annotated[int, Field(ge=3)] = 5
    nights: Annotated[int, Field(ge=3, le=365)] = 30
    slack: Share = 0.1
    largest_growth: Annotated[int, Field(ge=2)] = 10
    most_lost_share: Share = 0.1
    empty_inbox: bool = True

    @model_validator(mode="after")
    def _nights_fit(self) -> "BrakeSettings":
        if self.fewest_nights > self.nights:
            raise ValueError(f"fewest_nights = {self.fewest_nights} is more than nights = {self.nights}: lower it")
        return self

    def fraction(self, name: str) -> Fraction:
        """A share of these settings, exactly as it is written."""
        return Fraction(str(getattr(self, name)))


class NotifySettings(Section):
    """Who is told when a run ends with one of these exit codes."""

    command: tuple[str, ...] = ()
    url: Annotated[str, AfterValidator(_web)] | None = None
    exit_codes: tuple[Annotated[int, Field(ge=0, le=255)], ...] = (1, 2, 3, 4, 5, 6, 7, 129, 143)
    seconds: Annotated[int, Field(ge=1, le=3600)] = 30
