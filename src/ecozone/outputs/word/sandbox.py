"""What a template may do: take values, go through lists and ask whether something is there. Nothing else.

A template comes from a file, and a file can be written by anyone. So the language is cut down to what a report needs,
before anything is run; names are looked up in our values alone, never in a Python object; and rounds and signs are
counted, so that no template can keep the machine busy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jinja2 import StrictUndefined, nodes
from jinja2.compiler import CodeGenerator
from jinja2.runtime import LoopContext
from jinja2.sandbox import SandboxedEnvironment

from ecozone.errors import InputError
from ecozone.text import near_word

#: Rounds of all loops together, and signs of all values that are put in.
MOST_ROUNDS = 200_000
MOST_SIGNS = 20_000_000
_COUNTED = "counted_"
_FILTERS = frozenset({"first", "last", "length", "count", "join", "upper", "lower", "trim", "e", "escape"})
_LOOP = frozenset({"index", "index0", "first", "last", "length", "revindex"})
_NODES: tuple[type[nodes.Node], ...] = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Getattr, nodes.Getitem),
    *(nodes.For, nodes.If, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not),
    *(nodes.Filter, nodes.Keyword, nodes.Concat),
)


class TemplateRefusedError(Exception):
    """A template asks for what it may not; ``words`` fill the text of ``key``."""

    def __init__(self, key: str, **words: Any) -> None:
        super().__init__(key)
        self.key, self.words = key, words

    def of(self, file: Any) -> InputError:
        """Return the error that a user reads."""
        return InputError(self.key, file=file, **self.words)


class _Unknown(StrictUndefined):
    """A name that there is not: an error wherever it stands."""

    def __init__(self, hint: str | None = None, obj: Any = None, name: str | None = None, *others: Any) -> None:
        super().__init__(hint, obj, name, *others)
        raise TemplateRefusedError("report.template_name", name=name, near="—")


class _Counting(CodeGenerator):
    """Has every loop count its rounds."""

    def visit_Template(self, node: nodes.Template, frame: Any = None) -> None:  # noqa: N802
        for loop in node.find_all(nodes.For):
            loop.iter = nodes.Filter(loop.iter, _COUNTED, [], [], None, None, lineno=loop.lineno)
            loop.iter.set_environment(self.environment)
        super().visit_Template(node, frame)


class TemplateLanguage(SandboxedEnvironment):
    """The language of templates, for one document.

    Parameters
    ----------
    names : mapping
        The values, for names that are nearly right.
    """

    code_generator_class = _Counting

    def __init__(self, names: Mapping[str, Any]) -> None:
        super().__init__(autoescape=True, undefined=_Unknown, finalize=self._shown)
        self._names = names
        self._rounds = self._signs = 0
        self.globals = {}
        self.filters = {name: self.filters[name] for name in _FILTERS} | {_COUNTED: self._counted}

    def from_string(self, source: Any, globals: Any = None, template_class: Any = None) -> Any:  # noqa: A002
        """Make a template of text that holds nothing but what `_NODES` allow.

        Raises
        ------
        TemplateRefusedError
            If it holds anything else.
        """
        for node in _below(self.parse(source)):
            if not isinstance(node, _NODES):
                raise TemplateRefusedError("report.template_forbidden", what=type(node).__name__)
            if isinstance(node, nodes.Filter) and node.name not in _FILTERS:
                raise TemplateRefusedError("report.template_forbidden", what=f"|{node.name}")
            if isinstance(node, nodes.For) and node.recursive:
                raise TemplateRefusedError("report.template_forbidden", what="recursive")
        return super().from_string(source, globals, template_class)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return what a value holds by this name."""
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Return what a value holds by this name or place; never an attribute of a Python object."""
        if isinstance(obj, LoopContext) and argument in _LOOP:
            return getattr(obj, argument)
        if isinstance(obj, Mapping) and isinstance(argument, str):
            if argument in obj:
                return obj[argument]
            raise TemplateRefusedError("report.template_name", name=argument, near=near_word(argument, obj))
        if isinstance(obj, list) and isinstance(argument, int) and -len(obj) <= argument < len(obj):
            return obj[argument]
        raise TemplateRefusedError("report.template_name", name=argument, near="—")

    def _counted(self, values: Any) -> Iterator[Any]:
        if not isinstance(values, list):
            raise TemplateRefusedError("report.template_forbidden", what="for")
        for value in values:
            self._rounds += 1
            if self._rounds > MOST_ROUNDS:
                raise TemplateRefusedError("report.template_endless")
            yield value

    def _shown(self, value: Any) -> Any:
        """Let through what a document can show: a text, a number or a picture."""
        if isinstance(value, Mapping | list):
            raise TemplateRefusedError("report.template_forbidden", what="{{ … }}")
        if value is None:
            return ""
        if isinstance(value, str):
            self._signs += len(value)
            if self._signs > MOST_SIGNS:
                raise TemplateRefusedError("report.template_endless")
        return value


def _below(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for child in node.iter_child_nodes():
        yield from _below(child)
