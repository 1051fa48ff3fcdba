"""Telling people through Prefect's notification blocks: of jobs that failed, of returns that are missing.

Which blocks is set in `[notify]`; what an address or a key is stands in the block, on the Prefect server. A notice that
cannot be sent is a sentence in the log and never the end of a job. A notice holds no traceback, and personal data only
masked.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from prefect import Flow, State
from prefect.client.schemas.objects import FlowRun
from prefect.logging.loggers import flow_run_logger

from flows.plan.findings import UserError
from flows.plan.periods import Month
from flows.plan.settings import Settings, find_workspace
from flows.plan.words import day, listed, one_line, sentence
from flows.position.model import Position
from flows.publish.errors import TemplateError

log = logging.getLogger(__name__)


def tell(settings: Settings, subject: str, body: str, warn: Callable[[str], None] = log.warning) -> tuple[str, ...]:
    """Send a notice through each block that the settings name; `warn` is told, and given back, a sentence for each that
    could not send it."""
    subject = f"{settings.partnership.short_name}: {subject}"
    troubles = tuple(why for name in settings.notify.blocks if (why := _trouble_sending(name, subject, body)))
    for trouble in troubles:
        warn(trouble)
    return troubles


def _trouble_sending(name: str, subject: str, body: str) -> str:
    """Why a block could not send a notice, "" when it did. What went wrong in the block is named by its kind alone: its
    own words may hold the block's address, which is a secret."""
    from prefect.blocks.core import Block

    could_not = f"The notice “{subject}” could not be sent by the Prefect block {name}"
    try:
        block: Any = Block.load(name)
    except ValueError:
        return f"{could_not}: Prefect has none of that name. Make it under Blocks, or correct [notify] in the settings."
    except Exception as error:
        return f"{could_not}: it could not be opened ({type(error).__name__})."
    if not hasattr(block, "notify"):
        return f"{could_not}: it is no notification block."
    try:
        with block.raise_on_failure():
            sent = block.notify(body=body, subject=subject)
            if inspect.isawaitable(sent):
                asyncio.run(_finished(sent))
    except Exception as error:
        return f"{could_not}: the service did not take it ({_kind(error)}). Check the block's address."
    return ""


async def _finished(sent: Any) -> None:
    await sent


def _kind(error: Exception) -> str:
    status = getattr(getattr(error, "response", None), "status_code", None)
    return f"HTTP status {status}" if status else type(error).__name__


def tell_of_failure(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """For `on_failure` and `on_crashed` of a flow: tell that a run failed, and why in one sentence.

    Only runs of a deployment are told of: at a terminal the person sees it, and what runs inside another run is told
    by that one.
    """
    if flow_run.deployment_id is None:
        return
    warn = flow_run_logger(flow_run, flow).warning
    try:
        settings = find_workspace(Path(str(flow_run.parameters.get("folder", ".")))).settings
    except UserError as error:
        warn(f"Nobody was told of it: {error}")
        return
    if settings.notify.blocks:
        what = f"{flow.name.replace('-', ' ')}{_for_month(flow_run.parameters)}"
        tell(settings, f"{what} failed", "\n".join(filter(None, (why_failed(state), _page_of(flow_run)))), warn)


def _for_month(parameters: dict[str, Any]) -> str:
    try:
        return f" for {Month.parse(parameters['month']).label}"
    except (KeyError, ValueError, TypeError):
        return ""


def _page_of(run: FlowRun) -> str:
    from prefect.utilities.urls import url_for

    page = url_for(run)
    return f"The run on Prefect's page: {page}" if page else ""


def why_failed(state: State[Any]) -> str:
    """Why a run ended in a state, as a sentence that can be sent to anybody."""
    error = getattr(state.data, "result", state.data)
    if state.is_crashed():
        return "Its process was ended before it was done."
    if state.name == "TimedOut":
        return "It took longer than a job may take, and was stopped."
    if isinstance(error, BaseException):
        return why(error)
    return "It stopped for a reason that the log of the run tells."


def why(error: BaseException) -> str:
    """What an error says to a user, personal data masked; of a fault of boardpack's own only its kind, since its words
    may quote anything."""
    from flows.publish.outputs import in_words
    from flows.returns.personal import mask

    if isinstance(error, (UserError, TemplateError)):
        return "\n".join(sentence(mask(one_line(line))) for line in str(error).splitlines())
    if isinstance(error, OSError) and (said := in_words(error)):
        return said
    return f"A fault of boardpack's own ({type(error).__name__}) stopped it: the log of the run tells more."


def missing(now: Position) -> tuple[str, ...]:
    """The partners without a return for the month of a position."""
    return tuple(state.partner.name for state in now.returns if state.state == "missing")


def tell_missing(
    settings: Settings, now: Position, is_reminder: bool, warn: Callable[[str], None] = log.warning
) -> tuple[str, ...]:
    """Tell which partners have not returned, as a reminder before the due day or once after it; nothing when all have.
    A sentence for each block that could not."""
    names = missing(now)
    if not names:
        return ()
    due = day(now.returns[0].due)
    subject = f"returns for {now.month.label} " + (f"are due on {due}" if is_reminder else f"were due on {due}")
    return tell(settings, subject, f"No return that can be used has come from {listed(names)}.", warn)
