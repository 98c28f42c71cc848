"""The description of the API as a page: everything that the document has, and nothing from afar."""

from typing import Any

from api.pages.docs import coded, operations
from api.problem_kinds import TYPES, ProblemKind
from tests.api.pages.conftest import Visit


async def test_names_every_route_and_parameter(site: Any, visitor: Visit) -> None:
    page = await visitor.get("/docs")
    document = (await visitor.client.get("/docs/openapi.json")).json()
    assert document == site.app.openapi()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert f"{method.upper()}</span> <code>{path.replace('&', '&amp;')}</code>" in page
            for parameter in operation.get("parameters", []):
                assert f"<code>{parameter['name']}</code>" in page


async def test_types_of_problems_lead_to_their_words(visitor: Visit) -> None:
    page = await visitor.get("/docs")
    for kind in ProblemKind:
        assert f'id="{TYPES.removeprefix("/docs#")}{kind.value.slug}"' in page


def test_only_backticks_become_code() -> None:
    assert coded("`a<b>` <i>") == "<code>a&lt;b&gt;</code> &lt;i&gt;"


def test_operations_without_extras() -> None:
    (one,) = operations({"paths": {"/v1/a/{id}": {"get": {"summary": "A"}}}})
    assert (one.method, one.tag, one.anchor) == ("GET", "other", "get-v1-a-id")
