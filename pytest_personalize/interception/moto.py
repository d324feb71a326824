"""Where moto's services meet the mock: with a backend active, its CloudFormation and CloudWatch know the backend.

Without one, moto does as it does without this package.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from pytest_personalize.interception.activations import ACTIVATIONS

TYPES: Final = "AWS::Personalize::"


def resource_class(wrapped: Callable[..., Any], _: Any, args: Any, kwargs: Any) -> Any:
    """``resource_class_from_type``: by what moto makes a resource of a template."""
    backend = ACTIVATIONS.current
    name = args[0] if args else kwargs["resource_type"]
    if backend is None or not name.startswith(TYPES):
        return wrapped(*args, **kwargs)
    from pytest_personalize.neighbours.cloudformation import handler

    return handler(backend, name)


def create(wrapped: Callable[..., Any], _: Any, args: Any, kwargs: Any) -> Any:
    """``parse_and_create_resource``: moto makes what an export refers to first, whatever it depends on."""

    def after_what_it_depends_on(name: str, declared: Any, resources: Any, *args: Any, **kwargs: Any) -> Any:
        if ACTIVATIONS.current is not None and declared["Type"].startswith(TYPES):
            others = declared.get("DependsOn", ())
            for other in (others,) if isinstance(others, str) else others:
                _ = resources[other]  # looking makes it
        return wrapped(name, declared, resources, *args, **kwargs)

    return after_what_it_depends_on(*args, **kwargs)


def update(wrapped: Callable[..., Any], stack: Any, args: Any, kwargs: Any) -> Any:
    """``ResourceMap.update``: a new template for a stack."""
    result = wrapped(*args, **kwargs)
    if ACTIVATIONS.current is not None and any(
        declared.get("Type", "").startswith(TYPES) for declared in stack._resource_json_map.values()
    ):
        from pytest_personalize.neighbours.cloudformation import settle

        settle(stack)
    return result


def all_metrics(wrapped: Callable[..., Any], cloudwatch: Any, args: Any, kwargs: Any) -> Any:
    """``CloudWatchBackend.get_all_metrics``: the data points that all questions to CloudWatch are answered from."""
    found = wrapped(*args, **kwargs)
    backend = ACTIVATIONS.current
    if backend is None:
        return found
    from pytest_personalize.neighbours.cloudwatch import metric_data

    return [*found, *metric_data(backend, cloudwatch.region_name)]
