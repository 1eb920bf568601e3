"""Every sentence that a user reads, in both languages, from one catalogue.

The catalogue is ``texts/ROOM.toml``; a key is ``room.name``. An entry holds ``zh`` and ``en``, and, for errors and
notices, ``do_zh`` and ``do_en``: what to do about it. ``{name}`` is replaced by the field of that name as plain text;
no other brace syntax exists but ⟦ ⟧ around a part that may be left out (`fill`), so a value can never be evaluated.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Literal, cast, get_args

Lang = Literal["zh", "en"]
LANGUAGES: tuple[str, ...] = get_args(Lang)

_current: ContextVar[Lang] = ContextVar("ecozone_language", default="zh")
_page: ContextVar[bool] = ContextVar("ecozone_page", default=False)
# Below this likeness (difflib's ratio, 0 to 1) a guess would only confuse.
_LIKENESS = 0.5
#: Options of the command line that are keys of a layer in ``ecozone.toml``.
_KEYS = {"--crs": "crs", "--layer": "layer", "--encoding": "encoding"}
#: Options of the command line that the page has under other names; the others are told as they are.
_ON_PAGE = frozenset(
    ["crs", "layer", "encoding", "datum", "project-type", "corners", "points", "angles", "unit", "swap-axes", "limit"]
)
_page_option = re.compile(
    r"(?P<before> ?)--(?P<name>[a-z][a-z-]+)"
    r"(?: (?P<value>EPSG:[0-9]+|\{(?:fits|epsg|option)\}|gcj02|bd09|wgs84|cgcs2000|decimal|ddd\.mmss|m(?![a-z])))?"
    r"(?P<behind> ?)"
)
_option = re.compile(r"(?P<option>--[a-z][a-z-]+)(?: (?P<value>EPSG:[0-9]+|\{(?:fits|epsg)\}))?")
_part = re.compile(r"⟦([^⟦⟧]*)⟧")
_field = re.compile(r"\{([a-z_][a-z0-9_]*)\}")


def language() -> Lang:
    """Return the current language, ``zh`` unless set otherwise."""
    return _current.get()


def set_language(lang: str) -> None:
    """Make ``lang`` (``zh`` or ``en``) the language of all further texts in this context."""
    if lang not in LANGUAGES:
        raise ValueError(f"language must be one of {LANGUAGES}, not {lang!r}")
    _current.set(cast("Lang", lang))


def asked_language(words: Sequence[str]) -> str:
    """Return the language asked for by ``--lang``, else by ``ECOZONE_LANG``, else Chinese: help speaks it too.

    >>> asked_language(["check", "a.kml", "--lang", "en"])
    'en'
    """
    for i, word in enumerate(words):
        value = word.partition("=")[2] if word.startswith("--lang=") else ""
        if word == "--lang" and i + 1 < len(words):
            value = words[i + 1]
        if value in LANGUAGES:
            return value
    wanted = os.environ.get("ECOZONE_LANG", "")
    return wanted if wanted in LANGUAGES else "zh"


@contextmanager
def speaking(lang: str) -> Iterator[None]:
    """Use ``lang`` inside a ``with`` block."""
    before = language()
    set_language(lang)
    try:
        yield
    finally:
        set_language(before)


@contextmanager
def on_page() -> Iterator[None]:
    """Speak to somebody at the page inside a ``with`` block: what names an option says where the page has it.

    >>> with on_page():
    ...     remedy("intake.no_crs", "en")
    'name it with “CRS” under “Say how to read it”'
    """
    token = _page.set(True)
    try:
        yield
    finally:
        _page.reset(token)


@cache
def room(name: str) -> Mapping[str, Mapping[str, str]]:
    """Return one room's texts as ``name -> {zh, en, do_zh, do_en}``."""
    data: dict[str, dict[str, str]] = tomllib.loads((files("ecozone") / "texts" / f"{name}.toml").read_text("utf-8"))
    return data


def _entry(key: str) -> Mapping[str, str]:
    name, _, rest = key.partition(".")
    return room(name)[rest]


def fill(template: str, fields: Mapping[str, Any]) -> str:
    """Replace each ``{name}`` by its field as plain text; a name without a field is a `KeyError`.

    A part in ⟦ ⟧ is left out where a field in it has nothing to say, such as a nearest word where none is near.

    >>> fill("{site} 压占 {area}", {"site": "{area}", "area": "1.0000 公顷"})
    '{area} 压占 1.0000 公顷'
    >>> fill("没有“{word}”⟦，最接近的是“{near}”⟧", {"word": "⟦", "near": "—"})
    '没有“⟦”'
    """
    if _page.get():
        fields = {name: _for_page(one, language()) if _is_option(one) else one for name, one in fields.items()}
    whole = _part.sub(lambda match: match[1] if _all_said(match[1], fields) else "", template)
    return _field.sub(lambda match: str(fields[match[1]]), whole)


def _is_option(value: Any) -> bool:
    return isinstance(value, str) and _page_option.match(value) is not None


@lru_cache(maxsize=2048)
def _for_page(template: str, lang: str) -> str:
    """Return a text with its options as the page has them."""

    def words_of(found: re.Match[str]) -> str:
        name, value, before, behind = (found[part] for part in ("name", "value", "before", "behind"))
        if name not in _ON_PAGE:
            own = _entry("words.page_elsewhere")[lang].replace("{option}", found[0].strip())
            return (before if lang == "en" else "") + own + behind
        own = _own_words(name, value, lang)
        # Nor has it blanks around its own quotation marks.
        return own if lang == "zh" and own.startswith("“") else before + own + behind

    return _page_option.sub(words_of, template)


def _own_words(option: str, value: str | None, lang: str) -> str:
    """Return what the page calls an option, or this value of it; where its field stands is told with it."""
    texts, name = room("words"), f"page_{option.replace('-', '_')}"
    if value is None:
        return texts[name][lang]
    one = texts.get(f"{name}_{value.replace('.', '_')}") or texts[f"{name}_value"]
    return one[lang].replace("{value}", value)


def _template(key: str, part: str, lang: str) -> str:
    template = _entry(key).get(part, "") if part.startswith("do_") else _entry(key)[part]
    return _for_page(template, lang) if _page.get() and "--" in template else template


def _all_said(part: str, fields: Mapping[str, Any]) -> bool:
    return all(str(fields[name]) not in ("", "—") for name in _field.findall(part))


def say(key: str, lang: str | None = None, /, **fields: Any) -> str:
    """Return the text of ``key``, filled.

    >>> say("words.clear", "zh"), say("words.clear", "en")
    ('未涉及', 'clear of the layers checked')
    """
    spoken = lang or language()
    return fill(_template(key, spoken, spoken), fields)


def say_each(key: str, lang: str | None = None, /, **fields: Iterable[object]) -> list[str]:
    """Return the text of ``key`` once for each row of its fields, which are columns of one length.

    >>> say_each("words.in_layer", "en", layer=["red_line", "barrier"])
    ['layer red_line', 'layer barrier']
    """
    parts = _field.split(_entry(key)[lang or language()])
    pattern = "%s".join(literal.replace("%", "%%") for literal in parts[::2])
    return [pattern % row for row in zip(*(fields[name] for name in parts[1::2]), strict=True)]


def remedy(key: str, lang: str | None = None, /, **fields: Any) -> str:
    """Return what to do about ``key``, filled; empty where its text has no remedy."""
    spoken = lang or language()
    return fill(_template(key, f"do_{spoken}", spoken), fields)


def remedy_in(key: str, table: str, lang: str | None = None, /, **fields: Any) -> str:
    """Return `remedy` for what a workspace declares: a key of ``[table]`` where the text names an option.

    >>> remedy_in("intake.no_crs", "layers.red_line", "en")
    'name it with crs in [layers.red_line] of ecozone.toml'
    """

    def key_of(found: re.Match[str]) -> str:
        option, value = found["option"], found["value"]
        if option not in _KEYS:
            return say("words.option_elsewhere", lang, option=found[0])
        name = _KEYS[option] if value is None else f'{_KEYS[option]} = "{value}"'
        return say("words.key_in_table", lang, name=name, table=table)

    return fill(_option.sub(key_of, _entry(key).get(f"do_{lang or language()}", "")), fields)


def joined(words: Iterable[object], lang: str | None = None) -> str:
    """Return words as a list in a sentence.

    >>> joined([2020, 2025], "zh"), joined([2020, 2025], "en")
    ('2020、2025', '2020, 2025')
    """
    return say("words.between", lang).join(map(str, words))


def pick(texts: Mapping[str, str], lang: str | None = None) -> str:
    """Return the text for ``lang`` of a ``{zh = …, en = …}`` pair in a declared file, the other where it has one only.

    >>> pick({"zh": "生态保护红线"}, "en")
    '生态保护红线'
    """
    return texts.get(lang or language()) or next(iter(texts.values()), "")


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that ``word`` was probably meant to be, the first of equals; None where none is like it.

    >>> nearest("acuracy_m", ["accuracy_m", "basis"]), nearest("zzz", ["basis"])
    ('accuracy_m', None)
    """
    from difflib import SequenceMatcher

    lower = word.casefold()
    scored = [(SequenceMatcher(None, lower, other.casefold()).ratio(), other) for other in known]
    likeness, best = max(scored, key=lambda pair: pair[0], default=(0.0, ""))
    return best if likeness >= _LIKENESS else None


def near_word(word: str, known: Iterable[str]) -> str:
    """Return the `nearest` word, for a message: a dash where none is like it.

    >>> near_word("farmlnd", ["red_line", "farmland"]), near_word("zzz", ["basis"])
    ('farmland', '—')
    """
    return nearest(word, known) or "—"


@dataclass(frozen=True)
class Place:
    """Where something was noticed; ``table`` is that of ``ecozone.toml`` which names the file."""

    file: str | None = None
    layer: str | None = None
    feature: object = None
    field: str | None = None
    table: str | None = None

    def remedy(self, key: str, lang: str | None = None, /, **fields: Any) -> str:
        """Return what to do about ``key`` here: in a workspace's table, or on the command line."""
        return remedy(key, lang, **fields) if self.table is None else remedy_in(key, self.table, lang, **fields)

    def prefix(self, lang: str | None = None) -> str:
        """Return ``file · layer · feature · field: `` with what is known; empty where nothing is."""
        parts = [
            self.file,
            self.layer and say("words.in_layer", lang, layer=self.layer),
            None if self.feature is None else say("words.in_feature", lang, feature=self.feature),
            self.field and say("words.in_field", lang, field=self.field),
        ]
        known = [str(part) for part in parts if part]
        return " · ".join(known) + (": " if known else "")
