"""Lists of files by hash, and the policy, as OpenAPI shows them."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from scanners.hash_lists import MAX_REASON


class ListedModel(BaseModel):
    """A file that analysts know by its SHA-256."""

    sha256: str
    expires: date | None = Field(description="From this day on, UTC, it counts no more.")
    author: str
    reason: str
    in_force: bool


class ListPage(BaseModel):
    data: list[ListedModel] = Field(description="In order of their hashes.")
    next: str | None = Field(description="Give it as `cursor` for the next page; null at the end.")
    ruleset: str = Field(description="The rule set that holds the list.")


class NewListed(BaseModel):
    """Why a file is on the list, and until when."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=1, max_length=MAX_REASON, pattern=r"^\S(.*\S)?$")
    expires: date | None = Field(None, description="From this day on, UTC, it counts no more.")


class ClauseModel(BaseModel):
    """One clause of the policy."""

    name: str
    action: str
    mode: str = Field(description="`monitor` records what it would have done.")
    when: dict[str, object] = Field(
        description="All keys must match; as docs/policy.md describes them."
    )


class PolicyModel(BaseModel):
    """The policy of the active rule set."""

    ruleset: str
    default: str = Field(description="What is done if no clause matches.")
    mode: str
    clauses: list[ClauseModel] = Field(description="In their order: the first that matches wins.")
    text: str = Field(description="The file `policy.toml`, comments and all.")
