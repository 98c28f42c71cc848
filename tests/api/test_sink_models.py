"""The models of sinks, as OpenAPI has them."""

from api.sink_models import SinkModel


def test_every_field_is_always_there() -> None:
    assert set(SinkModel.model_json_schema()["required"]) == set(SinkModel.model_fields)
