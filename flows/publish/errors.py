"""What can be wrong with a template.

TemplateError          a template says something that a paper may not contain
└── UnknownElement     it uses an element, or a class of one, that a publisher has no form for
"""


class TemplateError(Exception):
    """A template says something that a paper may not contain; the message names the template and the element."""


class UnknownElement(TemplateError):  # noqa: N818 - named for what was met
    """An element, a class or a place for it that is not in the vocabulary of `templates/README.md`."""

    def __init__(self, template_name: str, element: str) -> None:
        super().__init__(
            f"{template_name}: {element} has no form in Word; use the words of templates/README.md, "
            "or teach the Word publisher this one."
        )
