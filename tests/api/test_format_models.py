"""The models lose nothing of what the formats give."""

from collections.abc import Callable

import pytest
from pydantic import BaseModel

from api.format_models import EcsEventModel, MispEventModel, OcsfEventModel, StixBundleModel
from tests.verdicts.formats.rows import ROWS, Row
from verdicts.formats.ecs import ecs
from verdicts.formats.misp import misp
from verdicts.formats.ocsf import ocsf
from verdicts.formats.stix import stix

MODELS: dict[type[BaseModel], Callable[[Row], dict[str, object]]] = {
    EcsEventModel: ecs,
    MispEventModel: misp,
    OcsfEventModel: ocsf,
    StixBundleModel: stix,
}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_nothing_is_lost(model: type[BaseModel], row: Row) -> None:
    given = MODELS[model](row)
    assert model.model_validate(given).model_dump(mode="json", by_alias=True) == given
