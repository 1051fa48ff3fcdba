"""Settings: sensible where nothing is said, one sentence for each thing that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.plan.findings import UserError
from flows.plan.ledger_place import LEDGER_FILE
from flows.plan.periods import Month
from flows.plan.settings import (
    READABLE_CONTRAST,
    Colours,
    Settings,
    Workspace,
    contrast_with_white,
    find_workspace,
    load_settings,
)

LEAST = """
[partnership]
name = "Anytown local area SEND partnership"
short_name = "Anytown SEND"
[calendar]
first_month = "2022-10"
annual_review = "December 2023"
"""
EXAMPLE = Path(__file__).parents[2] / "inputs" / "partnership.toml"


def settings_of(tmp_path: Path, text: str) -> Settings:
    path = tmp_path / "partnership.toml"
    path.write_text(text, encoding="utf-8")
    return load_settings(path)


def refusal(tmp_path: Path, text: str) -> str:
    with pytest.raises(UserError) as caught:
        settings_of(tmp_path, text)
    return str(caught.value)


def test_the_least_that_must_be_set_is_two_names_and_two_months(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, LEAST)
    assert settings.partnership.marking == ""
    assert settings.calendar.annual_review == "2023-12"
    assert settings.calendar.stocktake_months == (11, 2, 5, 8)
    assert settings.status.words.evidence_awaited == "Complete, evidence awaited"
    assert settings.status.rules.late_days == 30


def test_measures_are_charted_by_making_data_count_unless_another_profile_is_set(tmp_path: Path) -> None:
    usual = settings_of(tmp_path, LEAST).measures
    assert (usual.profile, usual.control_chart_from, usual.limits_from_points) == ("mdc-7", 13, None)
    own = settings_of(tmp_path, LEAST + "[measures]\nprofile = 'nhsr'\nlimits_from_points = 20").measures
    assert (own.profile, own.limits_from_points) == ("nhsr", 20)


def test_the_example_says_that_its_progress_is_invented() -> None:
    settings = load_settings(EXAMPLE)
    assert settings.partnership.marking == "Worked example: the plan is published, the progress is invented"
    assert settings.calendar.first == Month(2022, 10)


def test_what_the_example_spells_out_are_the_defaults(tmp_path: Path) -> None:
    example, least = load_settings(EXAMPLE), settings_of(tmp_path, LEAST)
    for table in ("status", "measures", "colours", "returns"):
        assert getattr(example, table) == getattr(least, table)
    assert (example.ledger.path, least.ledger.path) == (LEDGER_FILE, None)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("[calendar]", "partnership is missing"),
        (LEAST.replace('short_name = "Anytown SEND"', ""), "partnership.short_name is missing"),
        (LEAST + "[colour]\naccent = '#000000'", "colour is not a setting that boardpack knows"),
        (LEAST + "returns_due = 5", "calendar.returns_due is not a setting that boardpack knows"),
        (LEAST + "returns_due_working_day = 0", "calendar.returns_due_working_day is 0"),
        (LEAST.replace("2022-10", "2022-13"), '"2022-13" is not a month'),
        (LEAST + 'stocktake_months = ["Novembre"]', 'write the names of months, such as ["November"'),
        (LEAST + "board_day = 'third Wensday'", 'calendar.board_day is "third Wensday": write it as "third Wednesday"'),
        (LEAST + "[measures]\nprofile = 'mdc-8'", 'measures.profile is "mdc-8": write mdc-7, mdc-6 or nhsr'),
        (
            LEAST + "[measures]\ncontrol_chart_from = 7",
            "measures.control_chart_from is 7: input should be greater than",
        ),
        (
            LEAST + "[measures]\nlimits_from_points = 0",
            "measures.limits_from_points is 0: input should be greater than",
        ),
        (LEAST + "time_zone = 'Blackpool'", 'calendar.time_zone is "Blackpool": write a time zone'),
        (LEAST + "[calendar.board_dates]\n'2022' = 2022-12-14", '"2022" is not a month'),
        (LEAST + "[colours]\naccent = 'teal'", 'colours.accent is "teal": write a colour such as #14477a'),
        (LEAST + "[colours]\nat_risk = '#ffbf00'", 'colours.at_risk is "#ffbf00": its contrast with white is 1.7'),
        (LEAST + "[status.words]\ncomplete = ' '", 'status.words.complete is " "'),
        (LEAST + "[status.rules]\noff_track_share = 20", "status.rules.off_track_share is 20"),
        ("[partnership", "is not valid TOML"),
    ],
)
def test_a_wrong_setting_is_named_with_its_value(tmp_path: Path, wrong: str, said: str) -> None:
    assert said in refusal(tmp_path, wrong)


def sources(tmp_path: Path, line: str) -> Settings:
    return settings_of(tmp_path, LEAST + f"[returns.sources]\n{line}")


def test_a_source_is_an_address_a_table_or_several_of_them(tmp_path: Path) -> None:
    one = sources(tmp_path, 'council = "sftp://files.council.example/send/{year}/{mm}"').returns.sources
    assert one["council"][0].at(Month(2022, 11)) == "sftp://files.council.example/send/2022/11"
    several = sources(
        tmp_path, 'all = ["../in/{month}", { url = "s3://bucket/send", block = "secret/s3" }]'
    ).returns.sources
    assert [(source.url, source.block) for source in several["all"]] == [
        ("../in/{month}", ""),
        ("s3://bucket/send", "secret/s3"),
    ]
    assert settings_of(tmp_path, LEAST).returns.sources == {}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('council = "ftp://server/a"', 'returns.sources.council is "ftp://server/a": begin it with file://, sftp://'),
        ('council = "sftp:///a"', "name the server after the two slashes"),
        ('council = "sftp://server:99999/a"', "the port after the server's name is not a number"),
        ('council = "http://server/a"', "can be read on the way; use https://"),
        ('council = "file://server/a"', "use smb:// for a shared folder"),
        ('council = "in/{Month}"', "{Month} stands for nothing; write {month}, {year} or {mm}"),
        ("council = 5", "returns.sources.council is not an address"),
        ("council = { block = 'secret/a' }", "returns.sources.council is not an address"),
        ("council = { url = 'in', block = 'my password' }", "write the type and the name of a Prefect block"),
    ],
)
def test_a_source_that_cannot_be_is_refused(tmp_path: Path, line: str, said: str) -> None:
    assert said in refusal(tmp_path, LEAST + f"[returns.sources]\n{line}")


@pytest.mark.parametrize(
    "line",
    [
        'council = "sftp://jo:hunter2@server/a"',
        'council = "sftp://jo:hun/ter2@server/a"',
        'council = "sftp://jo:[hunter2@server/a"',
        'council = "jo:hunter2@server:/a"',
        'council = "s3://hunter2@bucket/a"',
        'council = "https://hunter2@server/a"',
        'council = "smb://WORK;jo:hunter2@server/a"',
        'council = "https://server/a?sig=hunter2"',
        'council = "https://server/a#hunter2"',
        'council = "https://contoso.sharepoint.com/:f:/s/SEND/hunter2"',
        'council = "ftp://jo:hunter2@server/{Month}"',
        'council = { url = "sftp://server/a", password = "hunter2" }',
        'council = ["in", { url = "sftp://jo:hunter2@server/a" }]',
    ],
)
def test_a_source_that_holds_a_secret_is_refused_without_printing_it(tmp_path: Path, line: str) -> None:
    said = refusal(tmp_path, LEAST + f"[returns.sources]\n{line}")
    assert "BOARDPACK_SOURCE_COUNCIL_PASSWORD" in said
    assert "hunter2" not in said
    assert "ter2@" not in said


def test_the_examples_of_sources_in_the_template_can_be_used_as_they_stand(tmp_path: Path) -> None:
    template = (EXAMPLE.parents[1] / "templates" / "partnership.toml").read_text(encoding="utf-8")
    examples = [
        line[2:] for line in template.splitlines() if "{month}" in line and line.startswith("# ") and " = " in line
    ]
    assert len(examples) == 7
    for line in examples:
        assert sources(tmp_path, line).returns.sources


def test_each_fault_has_a_sentence_of_its_own(tmp_path: Path) -> None:
    faults = refusal(tmp_path, LEAST + "[colours]\naccent = 'teal'\non_track = '#eeeeee'").splitlines()
    assert len(faults) == 2
    assert all(fault.startswith("In partnership.toml, colours.") and fault.endswith(".") for fault in faults)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "partnership.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match="not saved as UTF-8"):
        load_settings(tmp_path / "partnership.toml")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read: No such file"):
        load_settings(tmp_path / "partnership.toml")


@pytest.mark.parametrize(
    ("colour", "contrast"), [("#000000", 21.0), ("#ffffff", 1.0), ("#14477a", 9.5), ("#767676", 4.54)]
)
def test_contrast_is_measured_as_wcag_does(colour: str, contrast: float) -> None:
    assert contrast_with_white(colour) == pytest.approx(contrast, abs=0.05)


def test_every_colour_that_is_not_set_can_be_read_on_white() -> None:
    assert all(contrast_with_white(colour) >= READABLE_CONTRAST for _, colour in Colours())


def test_a_workspace_is_found_from_any_folder_in_it(tmp_path: Path) -> None:
    (tmp_path / "inputs" / "returns" / "2022-11").mkdir(parents=True)
    (tmp_path / "inputs" / "partnership.toml").write_text(LEAST, encoding="utf-8")
    assert find_workspace(tmp_path / "inputs" / "returns" / "2022-11") == Workspace(tmp_path.resolve())


def test_where_there_is_no_workspace_the_sentence_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"There is no inputs/partnership.toml in .* boardpack new\."):
        find_workspace(tmp_path)


def test_a_workspace_knows_where_everything_lies(tmp_path: Path) -> None:
    (tmp_path / "inputs").mkdir()
    (tmp_path / "inputs" / "partnership.toml").write_text(LEAST + f"[returns]\nfolder = '{tmp_path}/shared'", "utf-8")
    workspace, month = Workspace(tmp_path), Month(2022, 11)
    assert workspace.plan_file == tmp_path / "inputs" / "plan.xlsx"
    assert workspace.returns_of(month) == tmp_path / "shared" / "2022-11"
    assert workspace.outputs_of(month) == tmp_path / "outputs" / "2022-11"
    assert workspace.ledger_file == tmp_path / ".boardpack" / "ledger.sqlite"
    assert workspace.shown(workspace.plan_file) == "inputs/plan.xlsx"
    assert workspace.shown(Path("/elsewhere/a.xlsx")) == "/elsewhere/a.xlsx"
