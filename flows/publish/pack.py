"""The files of a pack: each report as PDF and Word from one HTML, the registers, and the manifest."""

from __future__ import annotations

import json
import zipfile
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from flows.plan.findings import UserError
from flows.plan.settings import Settings, Workspace
from flows.plan.starting import templates_folder
from flows.plan.words import day
from flows.position.model import Position
from flows.publish.brand import charts
from flows.publish.errors import TemplateError
from flows.publish.excel import Imprint, write_register
from flows.publish.outputs import sha256
from flows.publish.page import prepare
from flows.publish.printing import print_pdf
from flows.publish.render import render
from flows.publish.versions import made_with, versions
from flows.publish.word import write_word
from flows.reports.register import Register

MANIFEST = "manifest.json"
STYLE_DOCUMENT = "board.docx"


def write_documents(name: str, facts: Any, workspace: Workspace, folder: Path) -> Future[bytes]:
    """Write `name`.docx into a folder, from the template of that name, and begin to print the PDF of the same HTML.

    Gives back what will hold the PDF's bytes; `write_pdf` waits for them.
    """
    template, templates = f"{name}.html", templates_folder(workspace.root)
    colours = workspace.settings.colours.model_dump()
    html = charts(render(template, templates, report=facts), colours)
    page = prepare(html, template)
    pdf = print_pdf(html, template, templates / "styles", colours)
    write_word(page, folder / f"{name}.docx", _style_document(templates), template, colours)
    return pdf


def write_pdf(name: str, pdf: Future[bytes], folder: Path) -> None:
    """Write `name`.pdf into a folder as soon as it is printed."""
    (folder / f"{name}.pdf").write_bytes(pdf.result())


def _style_document(templates: Path) -> Path:
    """The Word document that the styles are taken from; TemplateError where it is missing or no Word document."""
    document = templates / STYLE_DOCUMENT
    if not document.is_file():
        raise TemplateError(f"{STYLE_DOCUMENT} is not in {templates}: copy it there from boardpack's own templates.")
    try:
        with zipfile.ZipFile(document) as archive:
            archive.getinfo("word/document.xml")
    except (zipfile.BadZipFile, KeyError):
        raise TemplateError(f"{document} is not a Word document: restore it, or save it from Word as .docx.") from None
    return document


def write_registers(registers: tuple[Register, ...], folder: Path, position: Position, settings: Settings) -> None:
    """Write each register as a workbook of its name."""
    who = settings.partnership
    colours = settings.colours.model_dump()
    period = position.month.label + (f", as known on {day(position.known_on)}" if position.known_on else "")
    imprint = Imprint(who.name, who.marking, who.report_author, period, position.period_end, colours)
    for register in registers:
        write_register(register, folder / f"{register.name}.xlsx", imprint)


def write_manifest(build: str, workspace: Workspace, position: Position, folder: Path, *also: Path) -> None:
    """Write what went into a build and what came out of it, each with its SHA-256, and the version that made it.

    `build` is the job ("highlight-report"); what the month's folder holds from other jobs stays in the manifest with
    what that was made from. `also` are files that the position was made from besides plan, settings and returns.
    """
    templates = templates_folder(workspace.root)
    inputs = [workspace.settings_file, *(path for path in also if path.is_file())]
    returns = [*position.counted, *(s for state in position.returns for s in state.set_aside)]
    made = {
        "made_with": made_with(),
        "versions": versions(),
        "inputs": {
            workspace.shown(workspace.plan_file): position.plan.fingerprint,  # as it was read, whatever is there now
            **{workspace.shown(path): sha256(path) for path in inputs},
            **{a.file: a.fingerprint for s in returns for a in s.arrivals},
        },
        "templates": {
            path.relative_to(templates).as_posix(): sha256(path)
            for path in sorted(templates.rglob("*"))
            if path.is_file() and not path.name.startswith((".", "~$"))
        },
        "outputs": {path.name: sha256(path) for path in sorted(folder.iterdir()) if path.name != MANIFEST},
    }
    others = _other_builds(papers_folder(workspace, position) / MANIFEST, build, frozenset(made["outputs"]))
    builds = {name: others.get(name, made) for name in sorted({build, *others})}
    text = json.dumps({"month": str(position.month), "builds": builds}, indent=2, ensure_ascii=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")


def papers_folder(workspace: Workspace, position: Position) -> Path:
    """Where the papers of a position are written: those of a slice in a folder of their own."""
    return workspace.papers_of(position.month, position.scope.key if position.scope else "")


def files_of(build: str, folder: Path) -> tuple[str, ...]:
    """What a build has written into a folder by the folder's manifest, which is one of them; in the order of names."""
    builds = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["builds"]
    return tuple(sorted((*builds[build]["outputs"], MANIFEST)))


def builds_in(folder: Path) -> dict[str, dict[str, str]]:
    """The jobs whose papers lie in a folder, by its manifest, each with its files and their fingerprints as built.

    Nothing for a folder without a manifest; UserError for a manifest that cannot be read.
    """
    manifest = folder / MANIFEST
    if not manifest.is_file():
        return {}
    try:
        builds = json.loads(manifest.read_text(encoding="utf-8"))["builds"]
        return {str(name): dict(made["outputs"]) for name, made in builds.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UserError(f"{manifest}, which says what was built, cannot be read: build the report again.") from None


def _other_builds(manifest: Path, build: str, written: frozenset[str]) -> dict[str, Any]:
    """What the last manifest says of other builds, less the files that this one has written anew and those that are
    gone; one that cannot be read says nothing."""

    def stays(file: str) -> bool:
        return file not in written and (manifest.parent / file).exists()

    try:
        builds = json.loads(manifest.read_text(encoding="utf-8"))["builds"]
        kept = {
            name: {**made, "outputs": {file: mark for file, mark in made["outputs"].items() if stays(file)}}
            for name, made in builds.items()
            if name != build
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    return {name: made for name, made in kept.items() if made["outputs"]}
