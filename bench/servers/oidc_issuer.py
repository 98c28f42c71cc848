"""An OIDC issuer of the tests: keys of its own, documents on loopback, and tokens of every kind."""

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

AUDIENCE = "douane"
MAKERS: dict[str, tuple[Callable[[], Any], Callable[..., Any]]] = {
    "RS256": (lambda: rsa.generate_private_key(65537, 2048), RSAAlgorithm.to_jwk),
    "ES256": (lambda: ec.generate_private_key(ec.SECP256R1()), ECAlgorithm.to_jwk),
    "EdDSA": (ed25519.Ed25519PrivateKey.generate, OKPAlgorithm.to_jwk),
}


class OidcIssuer:
    """Listens until closed; `answers` overrides what a path gives: (status, headers, body)."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.keys: dict[str, tuple[str, Any]] = {}
        self.listed: list[dict[str, Any]] = []
        issuer = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.asked.append(self.path)
                status, headers, body = issuer.answer(self.path)
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *words: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/realms/soc"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def add_key(self, kid: str, algorithm: str = "ES256") -> None:
        make, as_jwk = MAKERS[algorithm]
        key = make()
        self.keys[kid] = (algorithm, key)
        public = as_jwk(key.public_key(), as_dict=True)
        self.listed.append({**public, "kid": kid, "use": "sig"})

    def forget_key(self, kid: str) -> None:
        self.listed = [one for one in self.listed if one["kid"] != kid]

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        documents = {
            "/realms/soc/.well-known/openid-configuration": {
                "issuer": self.url,
                "jwks_uri": f"{self.url}/keys",
            },
            "/realms/soc/keys": {"keys": self.listed},
        }
        if path in self.answers:
            return self.answers[path]
        found = documents.get(path)
        return (404, {}, b"") if found is None else (200, {}, json.dumps(found).encode())

    def claims(self, **changed: object) -> dict[str, object]:
        """Return the claims of a good token, but for what is changed; None leaves one out."""
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": "ann",
            "iat": now,
            "exp": now + 300,
            "roles": ["soc-analyst", "other"],
            **changed,
        }
        return {name: value for name, value in claims.items() if value is not None}

    def token(
        self, kid: str = "one", header: dict[str, object] | None = None, **changed: object
    ) -> str:
        algorithm, key = self.keys[kid]
        return jwt.encode(
            self.claims(**changed), key, algorithm, headers={"kid": kid, **(header or {})}
        )
