"""The installed service models: operations, names and errors."""

from pathlib import Path

import pytest
from botocore.model import ShapeResolver

from pytest_personalize.shapes.models import (
    find_operation,
    operation,
    operation_names,
    protocol,
    service_errors,
    service_model,
    snake,
    structures,
)


@pytest.mark.parametrize(
    ("service", "name"),
    [
        ("personalize", "CreateSchema"),
        ("personalize-runtime", "GetActionRecommendations"),
        ("personalize-events", "PutActionInteractions"),
    ],
)
def test_the_operations_of_each_service_are_known(service: str, name: str) -> None:
    assert name in operation_names(service)


def test_a_model_is_loaded_once() -> None:
    assert service_model("personalize") is service_model("personalize")


def test_another_service_is_refused() -> None:
    with pytest.raises(KeyError):
        service_model("s3")


def test_models_of_the_user_are_not_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "personalize" / "2099-01-01"
    folder.mkdir(parents=True)
    (folder / "service-2.json").write_text('{"metadata": {}, "operations": {}, "shapes": {}}')
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))

    assert service_model.__wrapped__("personalize").api_version == "2018-05-22"


def test_an_unknown_operation_is_refused() -> None:
    with pytest.raises(KeyError):
        operation("personalize-events", "CreateSchema")


def test_an_operation_is_found_whatever_its_service() -> None:
    assert find_operation("PutEvents") is operation("personalize-events", "PutEvents")


def test_one_that_no_service_has_is_refused_with_the_nearest() -> None:
    with pytest.raises(ValueError, match="no operation 'PutEvent' exists; did you mean 'PutEvents'"):
        find_operation("PutEvent")


def test_structures_are_found_below_lists_and_maps() -> None:
    shapes = {
        "Thing": {"type": "structure", "members": {"parts": {"shape": "Parts"}, "named": {"shape": "Named"}}},
        "Parts": {"type": "list", "member": {"shape": "Part"}},
        "Part": {"type": "structure", "members": {}},
        "Named": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Other"}},
        "Other": {"type": "structure", "members": {"text": {"shape": "Text"}}},
        "Text": {"type": "string"},
    }
    thing = ShapeResolver(shapes).get_shape_by_name("Thing")
    assert [shape.name for shape in structures(thing)] == ["Thing", "Part", "Other"]


@pytest.mark.parametrize(
    ("service", "spoken"),
    [("personalize", "json"), ("personalize-runtime", "rest-json"), ("personalize-events", "rest-json")],
)
def test_the_control_plane_speaks_json_and_the_others_rest_json(service: str, spoken: str) -> None:
    assert protocol(service) == spoken


def test_a_rest_service_gives_each_error_its_status() -> None:
    assert service_errors("personalize-events") == {
        "InvalidInputException": 400,
        "ResourceNotFoundException": 404,
        "ResourceInUseException": 409,
    }


def test_errors_of_the_control_plane_are_bad_requests() -> None:
    assert set(service_errors("personalize").values()) == {400}


@pytest.mark.parametrize(
    ("member", "name"),
    [
        ("minProvisionedTPS", "min_provisioned_tps"),
        ("performHPO", "perform_hpo"),
        ("datasetGroupArn", "dataset_group_arn"),
        ("s3DataSource", "s3_data_source"),
        ("name", "name"),
    ],
)
def test_members_have_the_names_that_boto3_would_give_them(member: str, name: str) -> None:
    assert snake(member) == name
