"""What Squid needs to open HTTPS: authorities, its database of certificates, its lines of settings.

Two authorities: the interception's, which clients trust, and the web's, which Squid trusts and
which signed the origin's certificate.
"""

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

import trustme

SNIPPET = Path(__file__).parents[2] / "deploy" / "squid" / "interception.conf"
"""What administrators are told to use; only its port and its folders are replaced."""
CERTIFICATE_MAKER = "/usr/lib/squid/security_file_certgen"
OPENED = "files.example"
NEVER_OPENED = "bank.example"
"""Host names that lead to the origin, and whether Squid looks into what they send."""


class NoInterception(Exception):
    """This machine's Squid was built without OpenSSL."""


@dataclass(frozen=True, slots=True)
class Interception:
    """Files in one folder, made anew for each run."""

    folder: Path

    @property
    def authority(self) -> Path:
        """The certificate that clients have to trust."""
        return self.folder / "authority.crt"

    @property
    def web_authority(self) -> Path:
        """The certificate that stands for all of the web's authorities."""
        return self.folder / "web.crt"

    @property
    def _origin(self) -> Path:
        return self.folder / "origin.pem"

    @property
    def certificates(self) -> Path:
        """Squid's database of the certificates that it made; `folder` must be writable to it."""
        return self.folder / "certificates"

    def origin_tls(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._origin)
        return context

    def squid_lines(self, port: int) -> str:
        """Return the shipped snippet for these files, and what a machine without a DNS needs."""
        snippet = SNIPPET.read_text("utf-8")
        for shipped, ours in (
            ("http_port 3129", f"http_port 127.0.0.1:{port}"),
            ("/etc/squid/interception", str(self.folder)),
            ("/var/spool/squid/certificates", str(self.certificates)),
        ):
            if shipped not in snippet:
                raise ValueError(f"{SNIPPET}: no {shipped!r}")
            snippet = snippet.replace(shipped, ours)
        return (
            f"hosts_file {self.folder}/hosts\n"
            f"tls_outgoing_options cafile={self.web_authority}\n"
            f"always_direct allow all\n{snippet}"
        )


def prepare_interception(folder: Path) -> Interception:
    """Make all files in `folder`; raise NoInterception if Squid could not use them."""
    if not Path(CERTIFICATE_MAKER).exists():
        raise NoInterception("needs squid-openssl; this machine has Debian's other Squid")
    made = Interception(folder)
    interception, web = trustme.CA(), trustme.CA()
    key_and_certificate = interception.private_key_pem.bytes() + interception.cert_pem.bytes()
    (folder / "authority.pem").write_bytes(key_and_certificate)
    interception.cert_pem.write_to_path(str(made.authority))
    web.cert_pem.write_to_path(str(made.web_authority))
    origin = web.issue_cert(OPENED, NEVER_OPENED)
    origin.private_key_and_cert_chain_pem.write_to_path(str(folder / "origin.pem"))
    (folder / "never-opened.txt").write_text(f"{NEVER_OPENED}\n")
    (folder / "hosts").write_text(f"127.0.0.1 {OPENED} {NEVER_OPENED}\n")
    subprocess.run(
        [CERTIFICATE_MAKER, "-c", "-s", made.certificates, "-M", "4MB"],
        check=True,
        capture_output=True,
    )
    return made
