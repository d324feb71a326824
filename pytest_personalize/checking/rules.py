"""What the codes of problems stand for, and what to do about each; the rules themselves are where they are applied."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from attrs import frozen


@frozen
class Rule:
    """A rule by its title, what to do where it is broken, and whether the service refuses that or only suffers it."""

    title: str
    remedy: str
    level: Literal["error", "warning"] = "error"


_FIELDS: Final = "See the table of required and reserved fields in the developer guide, datasets and schemas."
_QUOTES: Final = 'Put the value in double quotes, write quotes in it as "" or \\", and keep the record on one line.'
_SUPPORTED: Final = "Leave it out, or take a recipe that has it."
_COLUMNS: Final = "Name columns of the schemas that you gave; give the schema of every dataset that is named."

RULES: Final[Mapping[str, Rule]] = {
    # -- files ----------------------------------------------------------------------------------------------------
    "not-utf8": Rule("Text is encoded in UTF-8", "Save the file as UTF-8: iconv -f latin1 -t utf-8 FILE"),
    "compressed": Rule("Data files are plain CSV", "Unpack the file: gunzip FILE"),
    "nul-byte": Rule("Text has no NUL bytes", "Export the file again, as UTF-8 and not as UTF-16."),
    "invalid-json": Rule("JSON is well-formed", "Mend the JSON at this place."),
    # -- CSV ------------------------------------------------------------------------------------------------------
    "malformed-header": Rule(
        "The header is one line of CSV", "Write the names of the columns with commas between them."
    ),
    "missing-columns": Rule(
        "The header has every field of the schema", "Add the columns, or take them out of the schema."
    ),
    "repeated-column": Rule("A column is named once", "Take one of the two columns out of the file."),
    "malformed-record": Rule("Records are well-formed CSV", _QUOTES),
    "multiline-record": Rule("A record is one line", "Replace the line breaks in the value by blanks."),
    "separator": Rule("Values are separated by commas", "Export the file again, with commas between the values."),
    "too-few-values": Rule(
        "A record has a value for every column of the header",
        "Look for a value that is left out; where there is none, its comma stands all the same.",
    ),
    "too-many-values": Rule("A record has no more values than the header", f"Look for a comma too many. {_QUOTES}"),
    "missing-value": Rule(
        "Values are there unless the schema allows null",
        'Fill it in; a field that Personalize does not require may be ["null", type] in the schema.',
    ),
    "too-long": Rule("Values keep to the limit of their length", "Shorten the value; only textual fields are cut off."),
    "wrong-type": Rule(
        "Values are of the type of their field", "Write the value as its type wants it, or change the schema."
    ),
    "blank-id": Rule("Ids are more than white space", "Leave the record out, or give it an id."),
    "too-many-event-types": Rule(
        "There is an end to event types", "EVENT_TYPE is a category: keep ids and times out of it."
    ),
    "milliseconds": Rule("Timestamps are in seconds", "Divide the timestamps by 1000.", "warning"),
    "too-few-records": Rule(
        "An import of interactions has enough records",
        "Collect more interactions before you import; for a sample, --minimums none.",
    ),
    # -- schemas --------------------------------------------------------------------------------------------------
    "schema": Rule("A schema is an Avro record of a dataset type", _FIELDS),
    "field-form": Rule("Fields are objects with a name and a type", 'Write {"name": "GENRE", "type": "string"}.'),
    "field-name": Rule("Names of fields are words of their own", "Rename the field."),
    "field-type": Rule("Types are flat", 'Write one type, or a list of it and "null".'),
    "field-attribute": Rule("Attributes fit their field", "Take the attribute away, or give it to a string field."),
    "required-field": Rule("Required fields are there in their form", _FIELDS),
    "reserved-field": Rule("Reserved fields have their form", f"Rename the field, or give it that form. {_FIELDS}"),
    "metadata-count": Rule(
        "There are some metadata fields and not too many", "Add a metadata field, or take some out."
    ),
    "type-of-schema": Rule("A schema is for its dataset type", "Give the type of the schema, or leave --type out."),
    # -- filters --------------------------------------------------------------------------------------------------
    "filter-syntax": Rule(
        "A filter is an expression of the filter language", "See the developer guide, filter expressions."
    ),
    "filter-rule": Rule("A filter goes with the schemas", _COLUMNS),
    "filter-fields-group": Rule(
        "All filters together use a limited number of fields", "Ask AWS for a higher quota, or drop some."
    ),
    # -- solutions ------------------------------------------------------------------------------------------------
    "violations": Rule("Values keep to the constraints of the service model", "Change the value as it says."),
    "body": Rule("A configuration is a JSON object", 'Write {"recipeArn": …, "solutionConfig": {…}}.'),
    "unknown-member": Rule("Members are spelled as in the API", "Correct the name; the AWS SDKs refuse it."),
    "recipe-or-automl": Rule("A solution has one recipe", "Write recipeArn into the file, or give --recipe."),
    "not-found": Rule(
        "The recipe exists", "pytest-personalize knows the recipes of the installed service model: see ListRecipes."
    ),
    "wrong-arn": Rule("The ARN is one of a recipe", "Write arn:aws:personalize:::recipe/NAME."),
    "domain-recipe": Rule("Use cases are for recommenders", "Take a recipe of Custom dataset groups for a solution."),
    "custom-group-needed": Rule(
        "Some recipes need a Custom dataset group", "Leave --domain out, or take another recipe."
    ),
    "recipe-lacks": Rule("Settings are some that the recipe has", _SUPPORTED),
    "hyperparameter": Rule(
        "Hyperparameters are those of the algorithm", "See the page of the recipe for its hyperparameters."
    ),
    "bad-value": Rule("Values are in their range", "Change the value as it says."),
    "not-tunable": Rule(
        "Optimization is for tunable hyperparameters", "Give the hyperparameter a fixed value instead."
    ),
    "hpo-objective": Rule("The objective of optimization is given", "Leave hpoObjective out."),
    "schedule-without-training": Rule("A schedule is for automatic training", "Set performAutoTraining to true."),
    "both-event-settings": Rule("Event types are set in one way", "Keep eventsConfig and leave eventType out."),
    "no-event-type-column": Rule("Event weights need event types", "Add EVENT_TYPE to the Interactions schema."),
    "objective-attribute": Rule("The objective is a number of every item", _COLUMNS),
    "both-column-lists": Rule("Columns are included or excluded", "Keep one of the two lists."),
    "no-dataset-for-columns": Rule("Columns are of Interactions, Items or Users", _COLUMNS),
    "no-such-column": Rule("Columns exist", _COLUMNS),
    "column-needed": Rule("Ids, times and event types take part in training", "Take the column off the list."),
    # -- batch jobs -----------------------------------------------------------------------------------------------
    "no-batch": Rule("The recipe has batch jobs", "Take another recipe."),
    "line-form": Rule("A line is a JSON object", "Write one JSON object a line, without line breaks in it."),
    "line-member": Rule(
        "A line has the members of its recipe type", "See the developer guide, preparing batch input data."
    ),
    "line-count": Rule("A file has some lines and not too many", "Split the file; every file of the folder is read."),
}
"""By the codes of problems."""
