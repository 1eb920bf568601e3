"""From the words a planner writes for a project to the tags that rules are keyed on."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from ecozone.errors import UsageError
from ecozone.rules.model import UNSURE, ProjectType, RulePack
from ecozone.text import near_word, pick

_SEPARATORS = re.compile(r"[,;|，；、\n]+")
_NOT = ("!", "！")


@lru_cache(maxsize=4096)
def plain(word: str) -> str:
    """Return the form in which two spellings of one word are equal: width, case and spaces do not matter.

    >>> plain(" Ｒoad "), plain("国家 重大项目")
    ('road', '国家重大项目')
    """
    return "".join(unicodedata.normalize("NFKC", word).casefold().split())


def find_project_type(pack: RulePack, word: str) -> ProjectType:
    """Return the project type that ``word`` names, by id or by any of its names in either language.

    Raises
    ------
    UsageError
        No type is called so; the message names the nearest.
    """
    known = {
        plain(name): kind for kind in pack.project_types.values() for name in (kind.id, kind.zh, kind.en, *kind.names)
    }
    known.pop("", None)
    found = known.get(plain(word))
    if found is None:
        near = known.get(near_word(plain(word), known))
        words = "—" if near is None else f"{pick({'zh': near.zh, 'en': near.en})} ({near.id})"
        raise UsageError("rules.unknown_type", word=word, nearest=words)
    return found


def project_tags(pack: RulePack, project_type: str | None, flags: str | Iterable[str] | None) -> frozenset[str] | None:
    """Return the tags of one project.

    Parameters
    ----------
    pack : RulePack
        Holds the vocabulary.
    project_type : str or None
        Id or name of a type; None or empty where it is not known.
    flags : str or iterable of str or None
        Flags, and tags that this project has beyond its type's, by id or name, apart by ``, ; |`` or ``，；、``.
        ``!tag`` says that a tag which the type leaves open (``?tag``) is not the project's.

    Returns
    -------
    frozenset of str or None
        Tags; ``?tag`` for one that is possible and not settled; None where the type is not known.

    Raises
    ------
    UsageError
        A type or flag that the pack does not know, with the nearest; or ``!tag`` against a sure tag of the type.
    """
    written = _SEPARATORS.split(flags) if isinstance(flags, str) else list(flags or ())
    words = [word.strip() for word in written if word.strip()]
    denied = {_flag_tags(pack, word[1:], tags_only=True) for word in words if word.startswith(_NOT)}
    added = [_flag_tags(pack, word) for word in words if not word.startswith(_NOT)]
    if project_type is None or not project_type.strip():
        return None
    kind = find_project_type(pack, project_type)
    every = kind.tags.union(*added)
    sure = {tag for tag in every if not tag.startswith(UNSURE)}
    not_so = frozenset().union(*denied)
    if sure & not_so:
        tag = min(sure & not_so)
        raise UsageError("rules.flag_against_type", tag=pick(pack.tags[tag]), kind=pick({"zh": kind.zh, "en": kind.en}))
    open_tags = {tag for tag in every - sure if tag.removeprefix(UNSURE) not in sure | not_so}
    return frozenset(sure | open_tags)


def _flag_tags(pack: RulePack, word: str, *, tags_only: bool = False) -> frozenset[str]:
    known: dict[str, frozenset[str]] = {}
    for tag, names in pack.tags.items():
        known.update(dict.fromkeys((plain(name) for name in (tag, *names.values())), frozenset({tag})))
    if not tags_only:
        for flag in pack.flags.values():
            known.update(dict.fromkeys((plain(name) for name in (flag.id, flag.zh, flag.en)), flag.tags))
    known.pop("", None)
    found = known.get(plain(word))
    if found is None:
        raise UsageError("rules.unknown_flag", word=word, nearest=near_word(plain(word), known))
    return found
