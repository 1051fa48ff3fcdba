"""The settings of what runs by itself: when each job is done, who may approve a pack, and who is told."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from flows.plan.settings_table import Table, Text

Days = Annotated[int, Field(ge=1, le=20)] | Literal[False]
"""A number of working days; False leaves the job to the improvement group."""


class Schedule(Table):
    """What is done by itself on working mornings, each so many working days before or after a day of the month's."""

    time: str = "07:00"
    forms_before_month_end: Days = 5
    collect: bool = True
    reminder_before_due: Days = 1
    missing_after_due: Days = 1
    draft_before_board: Days = 6
    action_lists_before_board: Days = 6
    board_pack_before_board: Days = 4
    approval_before_board: Days = 4

    @field_validator("time")
    @classmethod
    def _a_time(cls, value: str) -> str:
        if not re.fullmatch("([01][0-9]|2[0-3]):[0-5][0-9]", value):
            raise ValueError('write a time of day such as "07:00"')
        return value

    @field_validator("*", mode="before")
    @classmethod
    def _days_or_false(cls, value: Any, info: ValidationInfo) -> Any:
        if info.field_name in ("time", "collect") or value is False:
            return value
        if type(value) is not int or not 1 <= value <= 20:
            raise ValueError("write a number of working days from 1 to 20, or false")
        return value


class Publishing(Table):
    """Who may approve a pack (anyone who can reach Prefect's page, where nobody is named), and for how many days an
    approval is waited for."""

    approvers: tuple[Text, ...] = ()
    wait_days: Annotated[int, Field(ge=1, le=60)] = 14


class Notify(Table):
    """The Prefect notification blocks that tell of failures and of missing returns: "slack-webhook/send-team"."""

    blocks: tuple[str, ...] = ()

    @field_validator("blocks", mode="before")
    @classmethod
    def _named(cls, value: Any) -> Any:
        blocks = [value] if isinstance(value, str) else value
        if not isinstance(blocks, (list, tuple)) or not all(
            re.fullmatch("[a-z0-9-]+/[a-z0-9-]+", str(one)) for one in blocks
        ):
            raise ValueError('write the type and the name of a Prefect block, such as ["slack-webhook/send-team"]')
        return blocks
