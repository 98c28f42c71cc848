"""All pages."""

from api.pages import assets, audit, docs, health, live, overview, rules, search, sign_in, verdict

ROUTERS = (
    assets.router,
    sign_in.router,
    overview.router,
    live.router,
    search.router,
    verdict.router,
    rules.router,
    health.router,
    audit.router,
    docs.router,
)
