"""Settings of the bench.  The one place where its defaults live."""

from pydantic import BaseModel, ConfigDict, Field

KiB = 1024
MiB = 1024 * KiB


class Section(BaseModel):
    """A frozen table of `douane.toml`; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Limits(Section):
    """What one transferred file may cost."""

    file_bytes: int = Field(
        512 * MiB, gt=0, description="A larger body is not scanned: unscanned.too_large."
    )
    unpacked_bytes: int = Field(
        512 * MiB, gt=0, description="Decoded bytes over all members of one transferred file."
    )
    members: int = Field(5000, gt=0, description="Members opened in one transferred file.")
    depth: int = Field(8, ge=1, le=50, description="Containers within containers.")
    scan_seconds: float = Field(
        30, gt=0, le=600, description="Hard deadline of a scan, from the last byte of the body."
    )


class ClamavSettings(Section):
    """Where clamd listens."""

    socket: str = Field(
        "auto",
        description='"auto" starts an own clamd if the binary is present; a path is a Unix socket; '
        '"host:port" is TCP (INSTREAM); "off" does without ClamAV.',
    )
    official_database: str = Field(
        "/var/lib/clamav", description="Folder with main.cvd, daily.cvd … for the own clamd."
    )
    in_flight: int = Field(64, ge=1, le=1000, description="Scans open at once in one session.")


class PasswordSettings(Section):
    """Passwords tried on encrypted archives and documents; docs/passwords.md says which."""

    enabled: bool = Field(
        True, description="false: what is encrypted stays so, and is unscanned.encrypted."
    )
    milliseconds: int = Field(
        250, ge=0, le=10_000, description="Time for trying, over all of one transferred file."
    )

    @property
    def guess_seconds(self) -> float:
        return self.milliseconds / 1000 if self.enabled else 0.0


class WorkerSettings(Section):
    """The sandboxed scan workers of one front."""

    count: int = Field(2, ge=1, le=64, description="Scan workers of each front.")
    queue: int = Field(256, ge=1, description="Files that may wait for a worker of one front.")
    jobs_before_recycling: int = Field(
        1000, ge=1, description="A worker is replaced after this many files."
    )
    memory_growth_bytes: int = Field(
        256 * MiB, gt=0, description="A worker whose memory grew by more is replaced."
    )
    user: str = Field(
        "nobody", description="Workers run as this user when Douane was started as root."
    )
