"""The models of rules take what the catalogue may say."""

from typing import get_args

from api.rule_models import Basis, CatalogueModel, CoveredModel, RuleDetailModel, RuleModel
from scanners.rules.catalogue import BASES, KINDS, NO_BASIS


def test_words_of_the_catalogue() -> None:
    assert (*get_args(Basis), NO_BASIS) == BASES
    schema = CatalogueModel.model_json_schema()["properties"]
    assert schema["kind"]["enum"] == list(KINDS)
    assert schema["basis"]["enum"] == list(BASES)
    assert CoveredModel.model_json_schema()["properties"]["kind"]["enum"] == list(KINDS)


def test_one_rule_says_all_that_the_list_says() -> None:
    assert set(RuleModel.model_fields) < set(RuleDetailModel.model_fields)
