"""What the real service was seen to do otherwise than was thought: every finding by its number, and the tests for it.

The numbers are those of the list of findings; a test of a finding has ``row_NUMBER`` in its name, or is named here.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent

ROWS: dict[int, tuple[str, tuple[str, ...]]] = {
    1: (
        "a violated constraint of a shape is ValidationException",
        (
            "proof/test_violations.py::test_row_1_what_breaks_a_constraint_is_refused",
            "faces/test_reports.py::test_row_1_what_to_catch_of_an_error_without_a_class_is_said",
            "service/test_events.py::test_row_1_an_event_out_of_shape_is_refused_and_the_others_of_the_call_with_it",
            "service/test_solutions.py::test_row_1_a_schedule_out_of_shape_is_refused",
        ),
    ),
    2: (
        "ListRecipes filters the page after it was cut",
        ("service/test_recipes.py::test_row_2_a_domain_filter_works_on_the_page_after_it_was_cut",),
    ),
    3: (
        "ListCampaigns by solution version",
        (
            "service/test_campaigns.py::test_row_3_the_campaigns_that_deploy_a_version_are_listed",
            "service/test_campaigns.py::test_row_3_versions_are_not_listed_by_version",
        ),
    ),
    4: (
        "UpdateCampaign that changes nothing",
        (
            "service/test_campaigns.py::test_row_4_an_update_that_changes_nothing_is_answered_and_starts_nothing",
            "service/test_campaigns.py::test_row_4_deploying_what_is_deployed_starts_nothing",
            "service/test_campaigns.py::test_row_4_a_configuration_that_is_in_place_starts_no_second_update",
        ),
    ),
    5: (
        "headers of every answer",
        (
            "shapes/test_http_responses.py::test_row_5_the_control_plane_has_the_headers_of_its_front_end",
            "shapes/test_http_responses.py::test_row_5_the_length_is_that_of_the_body",
            "shapes/test_http_responses.py::test_row_5_no_body_has_length_0",
            "shapes/test_http_responses.py::test_row_5_refusals_have_a_length",
        ),
    ),
    6: ("dates of recipes", ("service/test_recipes.py::test_row_6_recipes_are_as_old_as_was_printed",)),
    7: (
        "training hours to three decimals",
        ("proof/test_recorded_forms.py::test_row_7_training_hours_have_three_decimals",),
    ),
    8: (
        "regions without the service",
        (
            "faces/test_regions.py::test_row_8_nothing_answers_where_botocore_lists_no_personalize",
            "faces/test_regions.py::test_row_8_the_client_tries_again_without_pauses",
        ),
    ),
    9: (
        "import jobs look at the data before they are made",
        (
            "service/test_what_is_looked_at.py::test_row_9_a_bucket_that_is_not_there_is_one_without_access",
            "service/test_what_is_looked_at.py::test_row_9_a_location_with_nothing_at_it_is_invalid",
            "service/test_what_is_looked_at.py::test_row_9_a_refused_job_does_not_exist",
            "service/test_what_is_looked_at.py::test_row_9_an_output_bucket_is_looked_at_where_somebody_else_keeps_it",
            "service/test_what_is_looked_at.py::test_row_9_a_header_that_lacks_columns_makes_no_job",
            "service/test_what_is_looked_at.py::test_row_9_a_deletion_file_needs_its_column",
            "service/test_what_is_looked_at.py::test_row_9_a_bad_row_fails_the_job",
        ),
    ),
    10: (
        "every object of an import folder, one level deep",
        ("service/test_what_is_looked_at.py::test_row_10_whatever_lies_in_a_folder_is_data",),
    ),
    11: (
        "no data is not small data",
        (
            "service/test_what_is_looked_at.py::test_row_11_a_solution_wants_data",
            "service/test_what_is_looked_at.py::test_row_11_streamed_events_are_data",
            "service/test_what_is_looked_at.py::test_row_11_rows_that_are_all_filtered_away_fail_the_training",
            "service/test_what_is_looked_at.py::test_row_11_a_recommender_without_usable_rows_fails",
            "service/test_what_is_looked_at.py::test_row_11_infrastructure_comes_before_data_where_data_are_optional",
            "service/test_what_is_looked_at.py::test_row_11_a_mapping_sets_single_minimums",
        ),
    ),
    12: (
        "event types that are all null or reserved",
        ("service/test_what_is_looked_at.py::test_row_12_event_types_that_are_all_null_or_reserved_fail_the_training",),
    ),
    13: (
        "an event without its impression",
        ("data/test_properties.py::test_row_13_an_event_needs_no_impression_where_the_schema_has_it_without_null",),
    ),
    14: (
        "performHPO without hpoConfig",
        ("service/test_solutions.py::test_row_14_without_a_configuration_candidates_are_drawn_by_the_seed",),
    ),
    15: (
        "filters go with their dataset group",
        ("service/test_dataset_groups.py::test_row_15_filters_and_metric_attributions_go_with_their_group",),
    ),
    16: (
        "a deleted dataset group is seen once",
        ("journeys/test_getting_started.py::test_row_16_a_clean_up_loop_that_waits_for_an_answer_ends",),
    ),
    17: (
        "metadata of custom Items and Users",
        ("data/test_schemas.py::test_row_17_ids_and_reserved_fields_are_no_metadata",),
    ),
    18: (
        "no exports of actions",
        ("service/test_what_is_looked_at.py::test_row_18_actions_are_not_exported",),
    ),
    19: (
        "filters and batch jobs",
        (
            "service/test_batch_jobs.py::test_row_19_a_filter_is_not_deleted_while_a_job_uses_it",
            "service/test_batch_jobs.py::test_row_19_segments_by_attributes_take_no_filter_on_interactions",
        ),
    ),
    20: (
        "batch inference and what came since the training",
        (
            "service/test_batch_jobs.py::test_row_20_events_of_known_users_count_without_a_training",
            "service/test_batch_jobs.py::test_row_20_events_of_the_last_fifteen_minutes_do_not_count",
            "service/test_batch_jobs.py::test_row_20_events_do_not_count_for_other_recipes",
            "service/test_batch_jobs.py::test_row_20_rankings_count_events_of_users_that_the_training_knew",
            "service/test_batch_jobs.py::test_row_20_a_job_on_the_newest_version_takes_in_new_items_first",
            "service/test_batch_jobs.py::test_row_20_lines_of_v2_have_reasons",
        ),
    ),
    21: (
        "which versions are updated automatically, and when",
        (
            "service/test_training.py::test_row_21_only_the_newest_version_is_updated",
            "service/test_training.py"
            "::test_row_21_incremental_updates_bring_new_items_to_semantic_similarity_after_half_an_hour",
        ),
    ),
    22: (
        "what trainingMode UPDATE learns",
        ("service/test_training.py::test_row_22_new_items_are_taken_in_and_events_about_known_ones_are_not",),
    ),
    23: (
        "trends without interactions",
        ("service/test_training.py::test_row_23_without_news_trends_are_popular_items",),
    ),
    24: (
        "a campaign moves to another solution",
        (
            "service/test_campaigns.py::test_row_24_a_version_of_another_solution_of_the_group_is_deployed",
            "service/test_campaigns.py::test_row_24_a_version_of_another_dataset_group_is_refused",
            "service/test_campaigns.py::test_row_24_an_older_recipe_gives_no_metadata_until_it_is_asked_for",
        ),
    ),
    25: (
        "popularity and promotions",
        (
            "service/test_campaigns.py::test_row_25_popularity_is_that_of_interactions",
            "recommenders/test_recipes.py::test_row_25_similarity_by_texts_promotes_nothing",
        ),
    ),
    26: (
        "the HRNN recipes warn",
        ("service/test_what_is_looked_at.py::test_row_26_a_retired_recipe_warns_at_the_line_of_the_caller",),
    ),
    27: (
        "a placeholder in quotes",
        ("filters/test_values.py::test_row_27_a_placeholder_may_stand_in_quotes",),
    ),
    28: (
        "average rewards, and the newest record of exports",
        (
            "recommenders/test_metrics.py::test_row_28_rewards_that_were_not_recommended_do_not_count",
            "data/test_export.py::test_row_28_a_full_import_after_a_put_record_is_the_newest_record",
        ),
    ),
}
"""Number -> the finding in short, and where it is held."""


@cache
def functions(path: Path) -> frozenset[str]:
    """The functions of a file, those in classes too."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("number", ROWS, ids=[f"{number} {finding}" for number, (finding, _) in ROWS.items()])
def test_a_finding_is_held_by_tests(number: int) -> None:
    _, tests = ROWS[number]
    assert tests
    for file, _, name in (test.partition("::") for test in tests):
        assert name in functions(TESTS / file)


def test_no_number_is_missing() -> None:
    assert list(ROWS) == list(range(1, 29))
