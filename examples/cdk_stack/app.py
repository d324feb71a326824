"""Deploys the template that ``cdk synth`` wrote, and destroys what it made."""

from __future__ import annotations

from pathlib import Path

import boto3

TEMPLATE = Path(__file__).with_name("Shop.template.json")


def deploy(stack: str, bucket: str) -> dict[str, str]:
    """Make or update the stack; its outputs by name."""
    cloudformation = boto3.client("cloudformation", region_name="eu-west-1")
    parameters = [{"ParameterKey": "DataBucket", "ParameterValue": bucket}]
    body = TEMPLATE.read_text(encoding="utf-8")
    there = [each["StackName"] for each in cloudformation.describe_stacks()["Stacks"]]
    change = cloudformation.update_stack if stack in there else cloudformation.create_stack
    change(StackName=stack, TemplateBody=body, Parameters=parameters)
    (described,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}


def destroy(stack: str) -> None:
    """Delete all that the stack has made."""
    boto3.client("cloudformation", region_name="eu-west-1").delete_stack(StackName=stack)
