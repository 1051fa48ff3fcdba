"""The partnership's settings (`inputs/partnership.toml`) and the workspace they stand in.

A setting that is unknown, missing or impossible stops the command with one sentence for each, naming key and value.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, field_validator

from flows.plan.days import MONTHS, WEEKDAYS
from flows.plan.findings import UserError
from flows.plan.ledger_place import LEDGER_FILE, Ledger, LedgerDatabase, without_password
from flows.plan.periods import Month
from flows.plan.running_settings import Notify, Publishing, Schedule
from flows.plan.settings_table import Table, Text
from flows.plan.source import Source, listed, source_fault

SETTINGS_FILE = Path("inputs/partnership.toml")
READABLE_CONTRAST = 4.5
"""Contrast against white that WCAG 2 asks of text at level AA."""

PROFILES = ("mdc-7", "mdc-6", "nhsr")
"""The sets of rules by which control charts find special causes."""

ORDINAL_WORDS = ("first", "second", "third", "fourth", "last")


class Partnership(Table):
    """Who the partnership is, in the words that its papers print."""

    name: Text
    short_name: Text
    plan_name: Text = "Written Statement of Action"
    plan_short_name: Text = "WSoA"
    board: Text = "SEND Partnership Board"
    improvement_group: Text = "SEND Improvement Group"
    report_author: Text = "SEND Improvement Group"
    marking: str = ""


class Calendar(Table):
    """The partnership's own year: a calendar quarter is never assumed.

    `board_day` is read in the month after the one reported; `board_dates` names exceptions by the month reported.
    `stocktake_months` are the numbers of the months, written as names in the file.
    """

    first_month: str
    annual_review: str
    stocktake_months: tuple[int, ...] = (11, 2, 5, 8)
    returns_due_working_day: Annotated[int, Field(ge=1, le=20)] = 5
    board_day: str = "third Wednesday"
    board_dates: dict[str, dt.date] = Field(default_factory=dict)
    time_zone: str = "Europe/London"

    @property
    def first(self) -> Month:
        """The first month that is reported."""
        return Month.parse(self.first_month)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which files are said to have been received."""
        return ZoneInfo(self.time_zone)

    @field_validator("first_month", "annual_review")
    @classmethod
    def _a_month(cls, value: str) -> str:
        return str(Month.parse(value))

    @field_validator("stocktake_months", mode="before")
    @classmethod
    def _named_months(cls, value: Any) -> tuple[int, ...]:
        names = {name.lower()[:length]: n for n, name in enumerate(MONTHS, start=1) for length in (3, len(name))}
        listed = value if isinstance(value, (list, tuple)) and value else [value]
        for name in listed:
            if str(name).strip().lower() not in names:
                raise ValueError('write the names of months, such as ["November", "February", "May", "August"]')
        return tuple(names[str(name).strip().lower()] for name in listed)

    @field_validator("board_day")
    @classmethod
    def _nth_weekday(cls, value: str) -> str:
        match = re.fullmatch(r"(\w+) +(\w+)", value)
        if not match or match[1].lower() not in ORDINAL_WORDS or match[2].capitalize() not in WEEKDAYS:
            raise ValueError('write it as "third Wednesday" or "last Thursday"')
        return f"{match[1].lower()} {match[2].capitalize()}"

    @field_validator("board_dates")
    @classmethod
    def _by_month(cls, value: dict[str, dt.date]) -> dict[str, dt.date]:
        return {str(Month.parse(month)): day for month, day in value.items()}

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError("write a time zone such as Europe/London") from None
        return value


class StatusWords(Table):
    """What each status is called in every paper."""

    complete: Text = "Complete"
    evidence_awaited: Text = "Complete, evidence awaited"
    on_track: Text = "On track"
    at_risk: Text = "At risk"
    off_track: Text = "Off track"
    not_yet_due: Text = "Not yet due"


class StatusRules(Table):
    """The thresholds behind the statuses; every report prints them."""

    late_days: Annotated[int, Field(ge=1, le=366)] = 30
    due_soon_days: Annotated[int, Field(ge=0, le=366)] = 30
    off_track_share: Annotated[float, Field(gt=0, le=1)] = 0.2
    evidence_stale_months: Annotated[int, Field(ge=1, le=60)] = 12


class Status(Table):
    """The words and rules of the statuses."""

    words: StatusWords = StatusWords()
    rules: StatusRules = StatusRules()


class Colours(Table):
    """The accent and a colour for each status: all readable on white."""

    accent: str = "#14477a"
    complete: str = "#1d4f91"
    evidence_awaited: str = "#6a3f98"
    on_track: str = "#1b7340"
    at_risk: str = "#a85b00"
    off_track: str = "#b3261e"
    not_yet_due: str = "#5a6672"

    @field_validator("*")
    @classmethod
    def _readable(cls, value: str) -> str:
        if not re.fullmatch("#[0-9a-fA-F]{6}", value):
            raise ValueError("write a colour such as #14477a")
        contrast = contrast_with_white(value)
        if contrast < READABLE_CONTRAST:
            raise ValueError(f"its contrast with white is {contrast:.1f}, and {READABLE_CONTRAST} is needed to read it")
        return value.lower()


class Returns(Table):
    """Where the returns lie: a folder with one folder a month; relative to the workspace unless it is absolute.

    `sources` are the places to fetch from, by the partner's key, or "all" for a place that partners share.
    """

    folder: Text = "inputs/returns"
    sources: dict[str, tuple[Source, ...]] = Field(default_factory=dict)

    @field_validator("sources", mode="before")
    @classmethod
    def _one_or_several(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {partner: listed(places) for partner, places in value.items()}


class Email(Table):
    """How receipts are sent: to whom, by partner, and by which server. Without a host the letters are only written.

    User and password of the server come from the environment, never from this file. `authority` is a file with the
    certificate of the server's own authority.
    """

    sender: Text
    to: dict[str, tuple[Text, ...]] = Field(default_factory=dict)
    host: str = ""
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    authority: str = ""

    @field_validator("to", mode="before")
    @classmethod
    def _one_or_several(cls, value: Any) -> Any:
        return (
            {key: [to] if isinstance(to, str) else to for key, to in value.items()}
            if isinstance(value, dict)
            else value
        )


class Measures(Table):
    """How measures are charted; every chart names its profile.

    `profile` is the set of rules for special causes: "mdc-7" and "mdc-6" are NHS England's Making Data Count with
    runs of 7 or 6 points, "nhsr" is what the R package NHSRplotthedots does. `control_chart_from` is how many points
    a control chart needs; with fewer a plain run of points is drawn. `limits_from_points`, when given, has the limits
    of each section of a chart set by its first so many points and kept; otherwise every point counts.
    """

    profile: str = "mdc-7"
    control_chart_from: Annotated[int, Field(ge=8)] = 13
    limits_from_points: Annotated[int, Field(ge=8)] | None = None

    @field_validator("profile")
    @classmethod
    def _known_profile(cls, value: str) -> str:
        if value not in PROFILES:
            raise ValueError(f"write {', '.join(PROFILES[:-1])} or {PROFILES[-1]}")
        return value


class Settings(Table):
    """All that a partnership can set."""

    partnership: Partnership
    calendar: Calendar
    status: Status = Status()
    colours: Colours = Colours()
    returns: Returns = Returns()
    ledger: Ledger = Ledger()
    email: Email | None = None
    measures: Measures = Measures()
    schedule: Schedule = Schedule()
    publishing: Publishing = Publishing()
    notify: Notify = Notify()


def contrast_with_white(colour: str) -> float:
    """The WCAG 2 contrast ratio of #rrggbb against white, 1 to 21."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def load_settings(path: Path) -> Settings:
    """The settings in a file; UserError with one sentence for each thing that is wrong."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UserError(f"The settings file {path} cannot be read: {error.strerror or error}.") from None
    except UnicodeDecodeError:
        raise UserError(
            f"The settings file {path} is not saved as UTF-8 text: save it again with that encoding."
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"The settings file {path} is not valid TOML: {error}.") from None
    try:
        return Settings.model_validate(table)
    except ValidationError as error:
        raise UserError("\n".join(_sentence(path, fault) for fault in error.errors())) from None


def _sentence(path: Path, fault: Any) -> str:
    key = ".".join(str(part) for part in fault["loc"])
    where = f"In {path.name},"
    if fault["loc"][:2] == ("returns", "sources"):
        return source_fault(where, fault)
    if fault["loc"] == ("ledger", "url"):
        fault = {**fault, "input": without_password(fault["input"])}
    if fault["type"] == "missing":
        return f"{where} {key} is missing: add it."
    if fault["type"] == "extra_forbidden":
        return f"{where} {key} is not a setting that boardpack knows: correct its name or take it out."
    why = str(fault["msg"]).removeprefix("Value error, ").rstrip(".")
    if fault["loc"][:2] == ("notify", "blocks"):  # somebody may have put a secret address there
        return f"{where} {key} cannot be used: {why[:1].lower()}{why[1:]}."
    return f"{where} {key} is {_shown(fault['input'])}: {why[:1].lower()}{why[1:]}."


def _shown(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


@dataclass(frozen=True)
class Workspace:
    """The folder a partnership works in: inputs/, outputs/ and the record.

    `known_on` is the day as of which it is looked at, None for now: what was received later is left out, and what is
    built goes to a folder of that day's. `rebuilt_from`, for a folder that holds a frozen copy, is the copy of the ledger
    that it is rebuilt from: nothing new is taken in then, and the ledger that the settings name is left alone.
    """

    root: Path
    known_on: dt.date | None = None
    rebuilt_from: Path | None = None

    def as_known(self, day: str) -> Workspace:
        """The same folder as it was known on a day, written 2023-02-10; as it is, for "". UserError for another text or
        a day that has not come."""
        return replace(self, known_on=_past_day(day, self.settings.calendar.zone)) if day else self

    @property
    def inputs(self) -> Path:
        return self.root / "inputs"

    @property
    def plan_file(self) -> Path:
        return self.inputs / "plan.xlsx"

    @property
    def settings_file(self) -> Path:
        return self.root / SETTINGS_FILE

    @cached_property
    def settings(self) -> Settings:
        """The settings, read once; UserError if they cannot be used."""
        return load_settings(self.settings_file)

    @property
    def returns_folder(self) -> Path:
        """The folder with one folder a month in it."""
        return self.root / self.settings.returns.folder

    def returns_of(self, month: Month) -> Path:
        """Where the returns for a month are dropped."""
        return self.returns_folder / str(month)

    @property
    def outputs(self) -> Path:
        return self.root / "outputs"

    def outputs_of(self, month: Month) -> Path:
        """Where what is built for a month is written."""
        return self.outputs / str(month)

    def papers_of(self, month: Month, slice_key: str = "") -> Path:
        """Where a month's papers are written: in the month's folder; in folders of their own in it, those as known on a
        day and those of a slice."""
        folder = self.outputs_of(month)
        if self.known_on:
            folder = folder / f"as-known-{self.known_on.isoformat()}"
        return folder / f"for-{slice_key}" if slice_key else folder

    def published_of(self, month: Month) -> Path:
        """Where a month's publications lie, each in a folder of its own, beside the drafts."""
        return self.outputs / "published" / str(month)

    @property
    def ledger_file(self) -> Path:
        """The ledger where it is a file; beside it lies what boardpack remembers of sources and receipts."""
        return self.root / (self.settings.ledger.path or LEDGER_FILE)

    @property
    def ledger_at(self) -> Path | LedgerDatabase:
        """Where the ledger is: what `open_ledger` is given."""
        return self.rebuilt_from or self.settings.ledger.database or self.ledger_file

    def shown(self, path: Path) -> str:
        """A path as the user knows it: relative to the workspace where it lies inside."""
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else str(path)


def _past_day(text: str, zone: ZoneInfo) -> dt.date:
    try:
        day = dt.date.fromisoformat(text.strip())
    except ValueError:
        raise UserError(f'"{text}" is not a day: write it as 2023-02-10.') from None
    if day > dt.datetime.now(zone).date():
        raise UserError(f"{text} has not come yet, so what was known on it cannot be told: name a day up to today.")
    return day


def find_workspace(start: Path | None = None) -> Workspace:
    """The workspace that `start` (else the current folder) lies in; UserError if there is none."""
    folder = (start or Path.cwd()).resolve()
    for candidate in (folder, *folder.parents):
        if (candidate / SETTINGS_FILE).is_file():
            return Workspace(candidate)
    raise UserError(
        f"There is no {SETTINGS_FILE.as_posix()} in {folder} or in any folder above it: change to the partnership's "
        "folder, or make one with boardpack new."
    )
