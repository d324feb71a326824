"""The types of Amazon Personalize in the CloudFormation registry.

From the resource schemas of the registry (us-east-1, as cfn-lint 1.58 carries them) and the pages of the template
reference: which properties there are, which are required, and which make a change a replacement.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import field, frozen

PREFIX: Final = "AWS::Personalize::"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


@frozen(kw_only=True)
class ResourceType:
    """One type: its properties by what happens when they change, and what ``Fn::GetAtt`` gives beside the ARN."""

    noun: str
    required: frozenset[str] = field(converter=_words)
    replaces: frozenset[str] = field(converter=_words)
    """Create-only: a change makes a new resource in the place of the old one."""
    updates: frozenset[str] = field(converter=_words, default="")
    attributes: frozenset[str] = field(converter=_words, default="")
    enums: Mapping[str, tuple[str, ...]] = field(factory=dict)

    @property
    def name(self) -> str:
        """As templates write it."""
        return f"{PREFIX}{self.noun}"

    @property
    def arn_attribute(self) -> str:
        """What ``Fn::GetAtt`` calls the ARN, which is also what ``Ref`` gives."""
        return f"{self.noun}Arn"

    @property
    def arn_member(self) -> str:
        """What the API calls the ARN."""
        return lower_first(self.arn_attribute)

    @property
    def properties(self) -> frozenset[str]:
        """All that a template may set."""
        return self.replaces | self.updates


def lower_first(name: str) -> str:
    """The member of the API that goes by the name of a property: performAutoML for PerformAutoML."""
    return name[:1].lower() + name[1:]


DOMAINS: Final = {"Domain": ("ECOMMERCE", "VIDEO_ON_DEMAND")}

TYPES: Final[Mapping[str, ResourceType]] = {
    found.name: found
    for found in (
        ResourceType(noun="Schema", required="Name Schema", replaces="Name Schema Domain Tags", enums=DOMAINS),
        ResourceType(
            noun="DatasetGroup", required="Name", replaces="Name RoleArn KmsKeyArn Domain Tags", enums=DOMAINS
        ),
        ResourceType(
            noun="Dataset",
            required="Name DatasetType DatasetGroupArn SchemaArn",
            replaces="Name DatasetType DatasetGroupArn SchemaArn Tags",
            updates="DatasetImportJob",
            enums={"DatasetType": ("Interactions", "Items", "Users")},
        ),
        ResourceType(
            noun="Solution",
            required="Name DatasetGroupArn",
            replaces="Name EventType DatasetGroupArn PerformAutoML PerformHPO RecipeArn SolutionConfig Tags",
        ),
        ResourceType(
            noun="Campaign",
            required="Name SolutionVersionArn",
            replaces="Name",
            updates="SolutionVersionArn MinProvisionedTPS CampaignConfig Tags",
            attributes="Status CreationDateTime LastUpdatedDateTime",
        ),
        ResourceType(
            noun="EventTracker",
            required="Name DatasetGroupArn",
            replaces="Name DatasetGroupArn",
            updates="Tags",
            attributes="TrackingId",
        ),
        ResourceType(
            noun="Filter",
            required="Name DatasetGroupArn FilterExpression",
            replaces="Name DatasetGroupArn FilterExpression",
            updates="Tags",
            attributes="Status CreationDateTime LastUpdatedDateTime",
        ),
        ResourceType(
            noun="MetricAttribution",
            required="Name DatasetGroupArn Metrics MetricsOutputConfig",
            replaces="Name DatasetGroupArn Metrics",
            updates="MetricsOutputConfig",
            attributes="Status",
        ),
    )
}
"""By name."""
