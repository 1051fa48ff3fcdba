"""From facts to HTML: the one content from which PDF, Word and web page are made.

Templates print and never compute. A name that the facts do not have is an error that names the template.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from flows.publish.charts import figure
from flows.publish.errors import TemplateError
from flows.reports.chart import AnyChart


def render(template: str, folder: Path, **facts: Any) -> str:
    """The HTML of a template with its facts; text from outside is escaped. TemplateError when it cannot be made."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["draw"] = _draw
    try:
        return environment.get_template(template).render(**facts).strip()
    except jinja2.TemplateNotFound as error:
        raise TemplateError(f"The template {error.name} is not in {folder}.") from error
    except jinja2.TemplateSyntaxError as error:
        raise TemplateError(f"{error.filename or template}, line {error.lineno}: {error.message}.") from error
    except jinja2.UndefinedError as error:
        raise TemplateError(f"{template}: {error.message}.") from error
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise TemplateError(f"{template}: a part of it cannot be worked out ({error}).") from error


def _draw(chart: AnyChart, references: str = "") -> Markup:
    return Markup(figure(chart, references))
