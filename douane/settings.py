"""Every setting of `douane.toml`: one frozen tree, built from the sections of the packages."""

import json
from pathlib import Path
from typing import Literal, get_args

from pydantic import Field, ValidationInfo, field_validator

from api.oidc_settings import OidcSettings
from api.settings import ApiSettings
from icap_server.block_page import BlockPageSettings
from icap_server.client_settings import ClientSettings
from icap_server.settings import AccessSettings, IcapSettings, IcapsSettings, SpoolSettings
from scanners.secret import SECRET_FILE
from scanners.settings import ClamavSettings, Limits, PasswordSettings, Section, WorkerSettings
from verdicts.delivery.settings import (
    AnySink,
    ExportSettings,
    SplunkSettings,
    SyslogSettings,
    WebhookSettings,
)
from verdicts.ledger.age.keeping_settings import PrivacySettings, RetentionSettings
from verdicts.ledger.settings import DatabaseSettings, EventSettings
from verdicts.lookback_settings import LookbackSettings

SHIPPED_RULES = Path(__file__).parent.parent / "rules"


class StateSettings(Section):
    """What Douane writes."""

    directory: Path = Field(
        Path("var"),
        description="Database, admin key, sockets and large bodies; relative to this file.",
    )


class RulesSettings(Section):
    """What analysts own."""

    directory: Path = Field(
        SHIPPED_RULES,
        description="Folder with yara/, clamav/, policy.toml, channels.toml, types.toml and lists.",
    )
    watch: bool = Field(
        False,
        description="Check and activate the folder whenever a file in it changes; "
        "a set that is not right stays out, and the log says why.",
    )
    honest_files: tuple[Path, ...] = Field(
        (),
        description="Folders with files on which no rule may fire, tried before a set is staged; "
        "none: /usr/bin, /usr/share and the packages of Python.",
    )
    trusted_keys: tuple[Path, ...] = Field(
        (),
        description="PEM files of Ed25519 public keys whose signatures count; a key is called as "
        "its file is. `douane rules keygen` makes a pair.",
    )
    require_signature: bool = Field(
        False,
        description="Refuse rule sets that none of `trusted_keys` signed, those of the folder too.",
    )
    false_positive_rate: float = Field(
        0.01,
        ge=0,
        le=1,
        description="Part of the verdicts of a rule, 0 to 1, that analysts may call wrong "
        "before the rule is flagged.",
    )

    @field_validator("require_signature")
    @classmethod
    def _has_keys(cls, required: bool, found: ValidationInfo) -> bool:
        if required and not found.data.get("trusted_keys"):
            raise ValueError("name keys in trusted_keys, or nothing could ever be activated")
        return required


class PolicySettings(Section):
    """How rulings are carried out."""

    mode: Literal["enforce", "monitor"] = Field(
        "enforce", description='"monitor" lets everything pass and records what it would have done.'
    )


class CacheSettings(Section):
    """Verdicts remembered by each front."""

    verdicts: int = Field(20_000, ge=0, description="Verdicts kept; 0 inspects every file anew.")


class Settings(Section):
    """The whole of `douane.toml`.  Every key is optional, unknown keys are refused."""

    icap: IcapSettings = IcapSettings()
    icaps: IcapsSettings = IcapsSettings()
    access: AccessSettings = AccessSettings()
    block_page: BlockPageSettings = BlockPageSettings()
    api: ApiSettings = ApiSettings()
    oidc: OidcSettings = OidcSettings()
    state: StateSettings = StateSettings()
    rules: RulesSettings = RulesSettings()
    policy: PolicySettings = PolicySettings()
    clamav: ClamavSettings = ClamavSettings()
    database: DatabaseSettings = DatabaseSettings()
    retention: RetentionSettings = RetentionSettings()
    privacy: PrivacySettings = PrivacySettings()
    events: EventSettings = EventSettings()
    limits: Limits = Limits()
    passwords: PasswordSettings = PasswordSettings()
    workers: WorkerSettings = WorkerSettings()
    spool: SpoolSettings = SpoolSettings()
    cache: CacheSettings = CacheSettings()
    lookback: LookbackSettings = LookbackSettings()
    client: tuple[ClientSettings, ...] = ()
    webhook: tuple[WebhookSettings, ...] = ()
    syslog: tuple[SyslogSettings, ...] = ()
    splunk: tuple[SplunkSettings, ...] = ()
    export: tuple[ExportSettings, ...] = ()

    @property
    def sinks(self) -> tuple[AnySink, ...]:
        """Everything that events are sent to."""
        return (*self.webhook, *self.syslog, *self.splunk, *self.export)

    @property
    def sink_kinds(self) -> tuple[tuple[str, str], ...]:
        """Name and kind of each of them."""
        kinds = ("webhook", "syslog", "splunk", "export")
        return tuple((one.name, kind) for kind in kinds for one in getattr(self, kind))

    @property
    def run_directory(self) -> Path:
        """Unix sockets and addresses.json."""
        return self.state.directory / "run"

    @property
    def addresses_file(self) -> Path:
        """JSON; there while the service runs and is ready for clients."""
        return self.run_directory / "addresses.json"

    @property
    def active_rules(self) -> Path:
        """Link to the rule set by which a front works that starts now."""
        return self.run_directory / "active"

    @property
    def spool_directory(self) -> Path:
        return self.state.directory / "spool"

    @property
    def pieces_directory(self) -> Path:
        """Files of which only pieces have come; all fronts share it."""
        return self.state.directory / "pieces"

    @property
    def rulesets_directory(self) -> Path:
        """Stored rule sets, their state and their history."""
        return self.state.directory / "rulesets"

    @property
    def kept_directory(self) -> Path:
        """Allowed files that later rules scan again; all fronts share it."""
        return self.state.directory / "kept"

    @property
    def password_key(self) -> Path:
        """Key of the marks that stand for passwords; made when the service first starts."""
        return self.state.directory / SECRET_FILE

    @property
    def ledger_socket(self) -> Path:
        return self.run_directory / "ledger.sock"


def section_class(name: str) -> type[Section]:
    """Return what the table [name], or each of the tables [[name]], is made of."""
    annotation = Settings.model_fields[name].annotation
    found = get_args(annotation)[0] if is_repeated(name) else annotation
    assert isinstance(found, type)  # noqa: S101 - every field of Settings is a section or several
    assert issubclass(found, Section)  # noqa: S101
    return found


def is_repeated(name: str) -> bool:
    """Whether the file may hold any number of this section: [[name]]."""
    return bool(get_args(Settings.model_fields[name].annotation))


def as_toml(value: object) -> str:
    """Return one value of a setting as TOML."""
    if isinstance(value, str | Path):
        return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, tuple):
        return f"[{', '.join(map(as_toml, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)
