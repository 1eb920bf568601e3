"""The catalogue of texts: both languages say the same, and code and catalogue fit each other.

The package's source is read, not run. A use of a text is a string in the code that is its key, or a computed string
(an f-string or a sum) whose constant parts the key fits; a computed string counts only where its constant beginning
names the room, ``f"words.{verdict}"``.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "ecozone"
ROOMS = {path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted((PACKAGE / "texts").glob("*.toml"))}
CATALOGUE = {f"{room}.{name}": entry for room, texts in ROOMS.items() for name, entry in texts.items()}
FIELD = re.compile(r"\{([a-z_][a-z0-9_]*)\}")
KEY = re.compile(rf"({'|'.join(ROOMS)})\.[a-z][a-z0-9_]*")
FILE_ENDINGS = ("toml", "json", "js", "css", "html", "py", "txt", "csv", "xlsx", "gpkg", "geojson", "tif", "kml", "zip")
# Who speaks -> the parts of an entry that it fills.
SPEAKERS = {
    "say": ("zh", "en"),
    "remedy": ("do_zh", "do_en"),
    "notice": ("zh", "en", "do_zh", "do_en"),
    "Error": ("zh", "en", "do_zh", "do_en"),
}
# What errors and notices take by name as their place, or as their manner: it fills no field of their text.
PLACE = {"file", "layer", "feature", "field", "severity"}


def fields(entry: dict[str, str], *parts: str) -> set[str]:
    """Return the fields in these parts of an entry."""
    return {name for part in parts for name in FIELD.findall(entry.get(part, ""))}


@dataclass(frozen=True)
class Call:
    """A call with a text's key among its words."""

    place: str
    function: str
    key: str
    fields: frozenset[str] | None


def trees() -> Iterator[tuple[str, ast.Module]]:
    """Yield each module of the package as name and syntax tree."""
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text("utf-8"))


def pattern(node: ast.expr) -> str | None:
    """Return a regular expression for the strings that a node can be, None where nothing of it is constant."""
    match node:
        case ast.Constant(value=str(text)):
            return re.escape(text)
        case ast.JoinedStr(values=values):
            return "".join(pattern(value) or ".+" for value in values)
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            return (pattern(left) or ".+") + (pattern(right) or ".+")
    return None


def computed(tree: ast.Module) -> Iterator[str]:
    """Yield the regular expressions of the computed strings that begin with a room's name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr | ast.BinOp):
            found = pattern(node)
            if found and any(found.startswith(re.escape(f"{room}.")) for room in ROOMS):
                yield found


def constants(node: ast.AST) -> Iterator[str]:
    """Yield every constant string below a node."""
    for below in ast.walk(node):
        if isinstance(below, ast.Constant) and isinstance(below.value, str):
            yield below.value


def keys(node: ast.expr) -> Iterator[str]:
    """Yield the keys that a word of a call can be: a constant, or either arm of a condition."""
    match node:
        case ast.Constant(value=str(text)) if KEY.fullmatch(text) and not text.endswith(FILE_ENDINGS):
            yield text
        case ast.IfExp(body=body, orelse=orelse):
            yield from keys(body)
            yield from keys(orelse)


def calls() -> Iterator[Call]:
    """Yield each call that is given the key of a text."""
    for name, tree in trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            function = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            words = [word.arg for word in node.keywords]
            told = None if None in words else frozenset(word for word in words if word)
            for given in [*node.args, *(word.value for word in node.keywords)]:
                for key in keys(given):
                    yield Call(f"{name}:{node.lineno}", function, key, told)


def page_keys() -> set[str]:
    """Return regular expressions of the keys of page.toml that the page names, whole, or computed from a beginning."""
    assets = PACKAGE / "web" / "assets"
    sources = [path.read_text("utf-8") for path in sorted(assets.glob("*")) if path.suffix in {".html", ".js"}]
    literals = {found for source in sources for found in re.findall(r"""["'`]([a-z][a-z0-9_]*)["'`]""", source)}
    templates = {found for source in sources for found in re.findall(r"`([a-z][a-z0-9_]*\$\{[^`]*)`", source)}
    begun = {found for source in sources for found in re.findall(r"""["'`]([a-z][a-z0-9_]*_)["'`]\s*\+""", source)}
    ends = {found for source in sources for found in re.findall(r"""\+\s*["'`](_[a-z0-9_]+)["'`]""", source)}
    literals |= {literal + end for literal in literals for end in ends}
    computed_here = {f"{beginning}.+" for beginning in begun}
    computed_here |= {re.sub(r"\$\{[^}]*\}", ".+", template) for template in templates}
    return {rf"page\.{pattern}" for pattern in literals | computed_here}


CALLS = sorted(calls(), key=lambda call: (call.place, call.key))


@pytest.mark.parametrize("room", ROOMS)
def test_both_languages(room: str) -> None:
    """Every text stands in Chinese and English, and so does what to do about it, where that is said."""
    allowed = ({"zh", "en"}, {"zh", "en", "do_zh", "do_en"})
    assert [name for name, entry in ROOMS[room].items() if set(entry) not in allowed or "" in entry.values()] == []


@pytest.mark.parametrize("room", ROOMS)
def test_same_fields_in_both_languages(room: str) -> None:
    """Neither language leaves out a fact that the other gives."""
    texts = ROOMS[room].items()
    names = {"zh", "en"}  # a name that comes in both languages stands in each under its own

    def told(entry: dict[str, str], part: str) -> set[str]:
        found = fields(entry, part)
        return found - names | ({"name in this language"} if found & names else set())

    assert [name for name, entry in texts if told(entry, "zh") != told(entry, "en")] == []
    assert [name for name, entry in texts if told(entry, "do_zh") != told(entry, "do_en")] == []


@pytest.mark.parametrize("room", ROOMS)
def test_only_simple_fields(room: str) -> None:
    """A brace in a text belongs to a plain field, or to a sample of TOML with its spaces: none is half written."""
    texts = [(name, text) for name, entry in ROOMS[room].items() for text in entry.values()]
    assert [name for name, text in texts if re.search(r"\{\S|\S\}", FIELD.sub("", text))] == []


@pytest.mark.parametrize("room", ROOMS)
def test_chinese_is_chinese(room: str) -> None:
    """A Chinese text with words in it has Chinese ones: nothing stands under the wrong language."""
    texts = [
        (name, FIELD.sub("", text))
        for name, entry in ROOMS[room].items()
        for text in (entry["zh"], entry.get("do_zh", ""))
    ]
    assert [
        name for name, text in texts if re.search("[a-z]{3}", text) and not re.search("[\u4e00-\u9fff]", text)
    ] == []


def test_used_keys_exist() -> None:
    """Every key that the code names is in the catalogue, so that no user meets a KeyError instead of a sentence."""
    assert [call for call in CALLS if call.key not in CATALOGUE] == []


def test_computed_keys_exist() -> None:
    """Every computed key of the code fits at least one text."""
    lost = [
        (name, found)
        for name, tree in trees()
        for found in computed(tree)
        if not any(re.fullmatch(found, key) for key in CATALOGUE)
    ]
    assert lost == []


def test_every_text_is_used() -> None:
    """No text stands in the catalogue that the code cannot say, in Python or in the page's scripts."""
    named = {text for _, tree in trees() for text in constants(tree)}
    patterns = {found for _, tree in trees() for found in computed(tree)}
    patterns |= page_keys()
    unused = [key for key in CATALOGUE if key not in named and not any(re.fullmatch(found, key) for found in patterns)]
    assert unused == []


def test_scripts_name_texts_that_exist() -> None:
    """Every text that a script of the pages asks for by its whole name is in the catalogue."""
    places = (PACKAGE / "web" / "assets", PACKAGE / "outputs" / "map_assets")
    scripts = [path.read_text("utf-8") for place in places for path in sorted(place.glob("*.js"))]
    asked = {(room, name) for text in scripts for room, name in re.findall(r"\be\.([pt])\('([a-z_]+)'[,)]", text)}
    rooms = {"p": ("page",), "t": ("map_page", "map_page_change")}
    assert asked
    assert [
        (room, name) for room, name in sorted(asked) if not any(f"{one}.{name}" in CATALOGUE for one in rooms[room])
    ] == []


def test_calls_fill_their_texts() -> None:
    """Every call that says, raises or notices a text gives all the fields that the text holds."""
    lacking = []
    for call in CALLS:
        parts = SPEAKERS.get("Error" if call.function.endswith("Error") else call.function)
        if parts and call.fields is not None and call.key in CATALOGUE:
            given = call.fields if call.function in {"say", "remedy"} else call.fields - PLACE
            if missing := fields(CATALOGUE[call.key], *parts) - given:
                lacking.append((call, sorted(missing)))
    assert lacking == []


# What Chinese sentences alone have; quotation marks are of both.
CHINESE_MARKS = re.compile("[（）〔〕【】，。；：、？！《》]")
# Modules that read such marks in what people write, wrap lines by them, or number the headings of a Chinese document;
# the 报批坐标 TXT is Chinese in every language.
READERS = re.compile(
    r"(intake|rules|landcover)/|workspace/overrides\.py|web/problems\.py|outputs/(plate/(pages|measuring)|pictures/lettering|map_sites"
    r"|txt|word/(paper|values|site_values))\.py|cli/show_whatif\.py|assess/(spoken|findings|sentences|cut_words)\.py"
)


@pytest.mark.parametrize("room", ROOMS)
def test_english_has_english_marks(room: str) -> None:
    """No English text has a bracket, comma or colon of Chinese."""
    texts = [
        (name, part, entry[part]) for name, entry in ROOMS[room].items() for part in ("en", "do_en") if part in entry
    ]
    assert [(name, part) for name, part, text in texts if CHINESE_MARKS.search(text)] == []


def test_no_sentence_is_put_together_with_chinese_marks_in_code() -> None:
    """What joins words to a sentence stands in the catalogue, where English has its own."""
    found = []
    for name, tree in trees():
        if READERS.match(name):
            continue
        told = {id(node.body[0].value) for node in ast.walk(tree) if _has_docstring(node)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
                found += [(name, node.lineno, node.value)] if CHINESE_MARKS.search(node.value) else []
    assert found == []


def _has_docstring(node: ast.AST) -> bool:
    if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    return bool(node.body) and isinstance(node.body[0], ast.Expr)
