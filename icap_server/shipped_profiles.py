"""The profiles that come with Douane, and the clients that say who they are.

Each row says what its client reads, from its source or manual.  What is not said is as for an
unknown client.
"""

from collections.abc import Mapping

from icap_server.profile import GENERIC, Profile, UnscannableStyle, VerdictField

INFECTION_FOUND = VerdictField.INFECTION_FOUND
VIRUS_ID = VerdictField.VIRUS_ID
RESPONSE_INFO = VerdictField.RESPONSE_INFO

ALL = (
    GENERIC,
    # src/adaptation/icap: reads no verdict field, but can log them (%icap::<h).  Ten answers that
    # it does not know, 503 among them, and the service counts as down for three minutes.
    Profile("squid", overload_503=False),
    # lib/Scanner/ICAP.php: the configured field, colon and blank, or "403 Forbidden"; and
    # X-Error-Code with 500.  Sends no OPTIONS, no preview.
    Profile("nextcloud", unscannable=UnscannableStyle.ERROR, preview=False, partial=False),
    # lib/Scanner/ICAPClient.php: the fields up to Encapsulated, split at ": ", or "403 Forbidden".
    Profile("owncloud", preview=False, partial=False),
    # lib/g3-icap-client: every line needs a colon, so nothing folded; 206 is "not implemented".
    Profile("g3proxy", partial=False),
    # src/contentscanners/icapscan.cpp: 204 is clean and every 200 is not; the name between
    # "Threat=" and ";" of X-Infection-Found.  Takes no 206.
    Profile("e2guardian", (INFECTION_FOUND,), partial=False),
    # plugins/experimental/icap: counts X-Infection-Found, shows the page; sends no OPTIONS,
    # no preview, no Allow.
    Profile("trafficserver", (INFECTION_FOUND,), preview=False, partial=False),
    # lualib/lua_scanners/icap.lua: X-Infection-Found, then X-Virus-Name, X-Virus-ID; Type=2 is a
    # scan that failed, and 4xx and 5xx are.  Previews nothing.
    Profile(
        "rspamd",
        (INFECTION_FOUND, VerdictField.VIRUS_NAME, VIRUS_ID),
        preview=False,
        partial=False,
    ),
    # Log id 60001 of FortiOS: infection, virusid, violations.
    Profile(
        "fortigate", (INFECTION_FOUND, VIRUS_ID, RESPONSE_INFO), violations=True, partial=False
    ),
    # BIG-IP ASM posts uploads; a malformed answer costs it memory (ID561500): nothing folded.
    Profile("f5", partial=False),
    # SGOS: the draft of Blue Coat's own partners; the reason is shown on the exception page.
    # 500 would do for files that cannot be inspected, but with fail_open it lets them pass.
    Profile(
        "proxysg",
        (VIRUS_ID, INFECTION_FOUND, VerdictField.RESPONSE_DESC, RESPONSE_INFO),
        violations=True,
        partial=False,
    ),
    # OneFS: a file system, which reads a verdict and shows no page; scans again when ISTag changes.
    Profile("powerscale", (INFECTION_FOUND, VIRUS_ID), preview=False, partial=False),
    # Nutanix Files: whatever is neither clean nor blocked is in quarantine for good, 503 too.
    Profile(
        "nutanix",
        (INFECTION_FOUND, VIRUS_ID),
        preview=False,
        partial=False,
        overload_503=False,
    ),
)
SHIPPED: Mapping[str, Profile] = {profile.name: profile for profile in ALL}

AGENTS = (
    ("FortiOS*", SHIPPED["fortigate"]),  # "FortiOS v7.6.1": its administration guide
    ("ownCloud-icap-client/*", SHIPPED["owncloud"]),  # lib/Scanner/ICAPClient.php
    ("Rspamd*", SHIPPED["rspamd"]),  # icap.lua; on OPTIONS, later versions on RESPMOD too
)
"""Patterns of User-Agent.  Squid, g3proxy and Traffic Server send none.  Nextcloud's
(NC-ICAP-CLIENT) is left out: its profile leaves a decision to the client, so it has to be asked
for."""
