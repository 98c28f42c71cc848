"""How long the log keeps what, and what becomes of the people in it."""

from typing import Literal

from pydantic import Field

from scanners.settings import Section

LONGEST_DAYS = 36_500


def _days(default: int, description: str) -> int:
    days: int = Field(default, ge=0, le=LONGEST_DAYS, description=description)
    return days


class RetentionSettings(Section):
    """How long the log keeps what.  In days; 0: for ever."""

    verdict_days: int = _days(365, "Age at which a verdict goes, with all that was found in it.")
    statistics_days: int = _days(
        1830, "Age at which counts go; until then they count verdicts that are gone."
    )


class PrivacySettings(Section):
    """What becomes of people's traces in verdicts.  After so many days; 0: they stay."""

    instead: Literal["pseudonym", "nothing"] = Field(
        "pseudonym",
        description="What takes their place: a pseudonym, the same for the same text, by a key in "
        "the state directory; or nothing.",
    )
    user_days: int = _days(0, "The user's name, in verdicts and statistics.")
    address_days: int = _days(0, "The client's address, in verdicts and statistics.")
    url_days: int = _days(0, "The URL; a pseudonym keeps its scheme and host.")
    name_days: int = _days(0, "The file's names, those of its members, and details of findings.")
