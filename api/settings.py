"""Settings of the REST API."""

from pydantic import Field

from scanners.settings import MiB, Section


class ApiSettings(Section):
    """The REST API."""

    listen: str = Field(
        "127.0.0.1:8080",
        pattern=r":[0-9]{1,5}$",
        description="Address and port. Plain HTTP: elsewhere than on loopback put TLS before it.",
    )
    scan_limit_bytes: int = Field(
        512 * MiB, gt=0, description="Largest file that POST /v1/scans takes."
    )
    scan_seconds: float = Field(
        90, gt=0, le=600, description="Longest wait for the verdict of such a file."
    )
    upload_seconds: float = Field(600, gt=0, description="Longest time such a file may take.")
    uploads: int = Field(8, ge=1, le=100, description="Files handed in at the same time.")
    public_url: str = Field(
        "",
        pattern=r"^(https?://[A-Za-z0-9.\-\[\]:]{1,255})?$",
        description="Address at which browsers reach the dashboard through a proxy that ends TLS, "
        'for example "https://douane.example"; empty: the one in the Host field.',
    )
    session_hours: float = Field(
        12, gt=0, le=720, description="Longest time until one has to sign in to the dashboard anew."
    )
    session_idle_minutes: float = Field(
        30, gt=0, le=43200, description="The same for a session that nobody uses."
    )
