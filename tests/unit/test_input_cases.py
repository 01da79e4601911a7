"""Which test holds which case of bad input: I for containers and records, F for files and their names."""

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent.parent

# case: (what comes, what becomes of it) -> tests as "file::name"
CASES: dict[str, tuple[str, ...]] = {
    # a line that is no JSON, binary, in single quotes, two objects on one: that line alone
    "I1": ("unit/test_sources_records.py::test_a_line_that_is_not_json_costs_itself",),
    # a cut last line, a cut array: that record alone
    "I2": (
        "unit/test_sources_records.py::test_a_line_that_is_not_json_costs_itself",
        "unit/test_sources_json_array.py::test_where_brackets_do_not_fit_the_rest_is_told_and_nothing_is_guessed",
    ),
    # cut gzip, bzip2, xz, zstd: the whole file
    "I3": (
        "unit/test_sources_packed.py::test_a_cut_or_damaged_file_gives_none_of_its_records",
        "unit/test_sources_pieces.py::test_a_large_compressed_file_is_read_whole_or_not_at_all",
        "unit/test_sources_pieces.py::test_no_reader_takes_a_part_for_the_whole",
        "unit/test_sources_warc.py::test_a_damaged_archive_of_packed_records_gives_none",
    ),
    # several members, streams, frames, skippable ones: all is read
    "I4": (
        "unit/test_sources_packed.py::test_every_member_and_frame_is_read",
        "unit/test_sources_packed.py::test_unpacking_undoes_packing_in_any_steps_and_layers",
    ),
    # a wrong checksum, a flipped bit, garbage behind: the whole file
    "I5": ("unit/test_sources_packed.py::test_a_cut_or_damaged_file_gives_none_of_its_records",),
    # name and content disagree, packed twice, zeros, nothing: by content, or the whole file
    "I6": (
        "unit/test_sources_sniff.py::test_what_is_odd_is_said",
        "unit/test_sources_sniff.py::test_clear_bytes_need_no_name",
        "unit/test_sources_sniff.py::test_a_damaged_beginning_is_left_to_the_reader_of_its_name",
    ),
    # bombs: the whole file, or that response
    "I7": (
        "unit/test_sources_packed.py::test_a_bomb_is_set_aside",
        "unit/test_sources_packed.py::test_a_zstd_window_that_wants_gigabytes_is_refused",
        "unit/test_sources_warc.py::test_a_damaged_record_costs_itself",
        "unit/test_sources_parquet.py::test_a_parquet_file_that_grows_without_measure_is_set_aside",
    ),
    # a flood of bad lines: a few rows and their number
    "I8": ("e2e/test_run.py::test_a_night_of_nothing_but_garbage_is_published_as_such",),
    # no object, a text that is none, numbers that JSON does not know: that record
    "I9": (
        "unit/test_sources_records.py::test_json_that_is_no_object_costs_itself",
        "unit/test_sources_records.py::test_a_record_without_a_text_costs_itself",
        "unit/test_sources_records.py::test_numbers_that_json_does_not_know_cost_no_text",
        "unit/test_sources_json_array.py::test_a_value_that_is_no_record_costs_itself",
    ),
    # deep nesting: that record, or nothing
    "I10": (
        "unit/test_sources_records.py::test_nesting_that_can_be_read_is_carried",
        "unit/test_sources_json_array.py::test_deep_nesting_costs_its_record",
        "unit/test_html.py::test_markup_nested_absurdly_deep_costs_no_text_and_no_time",
    ),
    # keys and columns that are there twice
    "I11": (
        "unit/test_sources_records.py::test_of_equal_keys_the_last_one_counts_in_both_parsers",
        "unit/test_sources_csv.py::test_columns_are_fields",
        "unit/test_sources_parquet.py::test_two_parquet_columns_of_one_name_are_refused",
    ),
    # lines, elements, rows and records too long to hold: each alone
    "I12": (
        "unit/test_sources_pieces.py::test_a_line_too_long_to_hold_costs_itself_in_pieces_of_any_size",
        "unit/test_sources_json_array.py::test_a_value_too_long_to_hold_is_told",
        "unit/test_sources_csv.py::test_a_row_too_long_to_hold_costs_itself",
        "unit/test_sources_warc.py::test_a_record_too_long_to_hold_is_told",
    ),
    # an array, printed JSON, a table under the name of JSON lines: as what it is
    "I13": (
        "unit/test_sources_sniff.py::test_what_is_odd_is_said",
        "unit/test_sources_sniff.py::test_a_first_line_that_is_odd_leaves_json_lines_what_they_are",
    ),
    # Parquet with odd text columns
    "I14": (
        "unit/test_sources_parquet.py::test_parquet_text_may_be_of_any_kind",
        "unit/test_sources_parquet.py::test_a_parquet_file_without_rows_or_text_says_so",
        "unit/test_sources_parquet.py::test_parquet_strings_that_are_not_utf_8_cost_no_other_value",
    ),
    # Parquet that is damaged: the whole file
    "I15": ("unit/test_sources_parquet.py::test_a_damaged_parquet_file_gives_none_of_its_rows",),
    # archives, pickles, Arrow: not opened
    "I16": (
        "unit/test_sources_sniff.py::test_archives_are_not_opened",
        "unit/test_sources_sniff.py::test_a_name_that_its_bytes_belie_is_set_aside_with_a_reason",
    ),
    # empty texts are documents
    "I17": ("unit/test_documents.py::test_an_empty_text_is_a_document",),
    # ids of any kind
    "I18": ("unit/test_sources_records.py::test_an_id_is_a_label_of_any_kind",),
    # metadata of any type is carried
    "I20": (
        "unit/test_sources_parquet.py::test_parquet_columns_of_every_kind_are_carried",
        "unit/test_sources_json_array.py::test_what_goes_in_comes_out_in_pieces_of_any_size",
        "unit/test_sources_csv.py::test_what_a_writer_of_tables_wrote_is_read",
    ),
    # names: any letters, not UTF-8, behind URLs
    "F1": (
        "unit/test_sources.py::test_odd_names_are_names",
        "unit/test_sources.py::test_a_name_that_is_not_utf_8_is_passed_over_and_can_be_printed",
        "e2e/test_remote.py::test_names_behind_a_url_are_never_paths_here",
    ),
    # letters of patterns, folders that look like columns, one name in several folders
    "F2": ("unit/test_sources.py::test_odd_names_are_names",),
    "F3": ("unit/test_sources.py::test_a_folder_that_looks_like_a_column_is_none",),
    "F4": ("unit/test_sources.py::test_two_roots_make_one_order",),
    # links, devices, pipes: not opened
    "F5": ("unit/test_sources.py::test_what_is_no_finished_regular_file_of_a_known_kind_is_passed_over_and_named",),
    "F6": (
        "unit/test_sources_pieces.py::test_only_regular_files_are_opened",
        "unit/test_sources_pieces.py::test_a_device_in_place_of_a_listed_file_is_not_read",
    ),
    # unreadable, vanished
    "F7": (
        "unit/test_sources.py::test_a_file_that_cannot_be_opened_is_set_aside_behind_what_other_slices_hold",
        "unit/test_sources.py::test_a_file_that_cannot_be_looked_into_is_known_by_its_name",
    ),
    "F8": ("unit/test_sources.py::test_a_file_that_vanishes_while_the_folder_is_listed_is_named",),
    # empty files
    "F9": ("unit/test_sources_sniff.py::test_what_is_odd_is_said",),
    # a large file of zeros
    "F12": ("unit/test_sources.py::test_a_text_file_beyond_the_limit_is_never_loaded",),
    # listing errors are never "empty"
    "F15": (
        "unit/test_sources.py::test_a_folder_that_cannot_be_listed_is_an_error",
        "e2e/test_remote.py::test_what_is_not_there_stops_the_run",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_every_case_has_its_test(case: str) -> None:
    for name in CASES[case]:
        file, _, function = name.partition("::")
        tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
        assert function in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, name
