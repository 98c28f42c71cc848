"""Examples of the models are what the models take."""

from typing import Any

import pytest
from pydantic import BaseModel

from api.access_models import CreatedKeyModel, KeyModel, NewKey


@pytest.mark.parametrize("model", [KeyModel, NewKey, CreatedKeyModel])
def test_examples(model: type[BaseModel]) -> None:
    config: Any = model.model_config
    assert model.model_validate(config["json_schema_extra"]["example"])
