"""Pack files: what is wrong is named, with the nearest right word; later packs override by id."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from ecozone.errors import WorkspaceError
from ecozone.rules import RulePack, check_pack, load_packs, pack_names, pack_toml
from ecozone.text import LANGUAGES

BASE = """
[pack]
name = "base"
version = "1"
title = { zh = "基础", en = "base" }
[tags]
coal = { zh = "燃煤", en = "coal" }
[project_types]
boiler = { zh = "锅炉", en = "boiler", tags = ["coal"] }
[parameters]
near_m = { zh = "周边", en = "around" }
[roles.red_line]
zh = "红线"
en = "red line"
required = true
colour = "#CC0000"
levels.1 = { zh = "一级", en = "level 1", colour = "#AA0000" }
"""
RULE = """
[[rules]]
id = "one"
role = "red_line"
effect = "prohibit"
sentence = { zh = "禁止", en = "forbidden" }
confidence = "S"
"""


def load(folder: Path, text: str, name: str = "pack.toml") -> RulePack:
    (folder / name).write_text(text, "utf-8")
    return load_packs([name], folder=folder)


def refusal(folder: Path, text: str) -> WorkspaceError:
    with pytest.raises(WorkspaceError) as refused:
        load(folder, text)
    for lang in LANGUAGES:
        assert refused.value.message(lang)
        assert refused.value.remedy(lang)
    return refused.value


@pytest.mark.parametrize(
    ("wrong", "right", "key", "nearest"),
    [
        ('role = "red_line"', 'role = "redline"', "unknown_roles", "red_line"),
        ('effect = "prohibit"', 'effect = "prohibt"', "unknown_word", "prohibit"),
        ('effect = "prohibit"', 'effect = "prohibit"\ntags = ["coals"]', "unknown_tags", "coal"),
        ('effect = "prohibit"', 'effect = "prohibit"\nexcept_tags = ["cole"]', "unknown_tags", "coal"),
        ('effect = "prohibit"', 'efect = "prohibit"', "unknown_key", "effect"),
        ('effect = "prohibit"', 'effect = "prohibit"\nlevel = [1]', "unknown_key", "levels"),
        ('effect = "prohibit"', 'effect = "prohibit"\nwithin_parameter = "near_n"', "unknown_parameters", "near_m"),
        ('confidence = "S"', 'confidence = "s"', "unknown_word", ""),
        ('confidence = "S"', "", "missing_key", ""),
        ('effect = "prohibit"', 'effect = "prohibit"\nlevels = [2]', "unknown_level", ""),
        ('effect = "prohibit"', 'effect = "prohibit"\nlevels = []', "no_levels", ""),
        ('effect = "prohibit"', 'effect = "prohibit"\nlevels = ["1"]', "bad_value", ""),
        ('effect = "prohibit"', 'effect = "prohibit"\nwithin_m = -1.0', "bad_value", ""),
        ('effect = "prohibit"', 'effect = "prohibit"\nwithin_m = "500"', "bad_value", ""),
        ('effect = "prohibit"', 'effect = "prohibit_unless"', "list_without_complete", ""),
        ('effect = "prohibit"', 'effect = "prohibit"\npermitted = ["coal"]', "list_without_effect", ""),
        ('effect = "prohibit"', 'effect = "prohibit"\nwithin_m = 5.0\nposition = "outside"', "two_distances", ""),
        ('en = "forbidden"', 'fr = "interdit"', "unknown_word", ""),
        ('zh = "禁止"', 'zh = "禁\\u0007止"', "bad_value", ""),
        ('id = "one"', 'id = "one two"', "bad_value", ""),
    ],
)
def test_a_wrong_rule_is_refused_with_the_nearest_word(
    tmp_path: Path, wrong: str, right: str, key: str, nearest: str
) -> None:
    """Law 2: an unknown or contradicting word in a rule is an error with its place, never a rule that does nothing."""
    assert wrong in RULE
    error = refusal(tmp_path, BASE + RULE.replace(wrong, right))
    assert error.key == f"rules.{key}"
    assert "pack.toml" in str(error.place.file)
    if nearest:
        assert error.fields["nearest"] == nearest


@pytest.mark.parametrize(
    ("wrong", "right", "key"),
    [
        ("[parameters]", "[parametres]", "unknown_key"),
        ("[pack]", "[pack]\nextend = []", "unknown_key"),
        ('version = "1"', "", "missing_key"),
        ('version = "1"', "version = 1", "bad_value"),
        ('tags = ["coal"]', 'tags = ["cool"]', "unknown_tags"),
        ('tags = ["coal"]', 'tags = ["?cool"]', "unknown_tags"),
        ('tags = ["coal"]', "names = []", "missing_key"),
        ('boiler = { zh = "锅炉", en = "boiler",', "boiler = {", "no_name"),
        ("boiler = {", 'kiln = { zh = "窑", en = "boiler", tags = [] }\nboiler = {', "name_twice"),
        ("boiler = {", "Boiler = {", "bad_id"),
        ('colour = "#CC0000"', 'colour = "red"', "bad_value"),
        ('colour = "#CC0000"', 'colour = "#CC0000"\nhatch = "dotts"', "unknown_word"),
        ('colour = "#AA0000"', 'color = "#AA0000"', "unknown_key"),
        ("required = true", 'required = "yes"', "bad_value"),
        ("[pack]", "assumptions = 3\n[pack]", "bad_table"),
        ("[pack]", "[pack", "not_toml"),
        ('name = "base"', 'name = "base"\nextends = ["pack.toml"]', "extends_itself"),
        ('name = "base"', 'name = "base"\nextends = ["nationl"]', "no_such_pack"),
    ],
)
def test_a_wrong_table_is_refused(tmp_path: Path, wrong: str, right: str, key: str) -> None:
    """Every other table of a pack is held to its form just as strictly."""
    assert wrong in BASE
    assert refusal(tmp_path, BASE.replace(wrong, right, 1) + RULE).key == f"rules.{key}"


def test_a_pack_that_is_not_there_names_the_nearest(tmp_path: Path) -> None:
    """A misspelt pack name leads to the right one."""
    with pytest.raises(WorkspaceError) as refused:
        load_packs(["tianjin-dongly"], folder=tmp_path)
    assert refused.value.fields["nearest"] == "tianjin-dongli"
    with pytest.raises(WorkspaceError):
        load_packs([])


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    """Encodings are not guessed."""
    (tmp_path / "pack.toml").write_bytes((BASE + RULE).encode("gb18030"))
    with pytest.raises(WorkspaceError) as refused:
        load_packs(["pack.toml"], folder=tmp_path)
    assert refused.value.key == "rules.not_utf8"


def test_an_id_twice_in_one_file_is_refused(tmp_path: Path) -> None:
    """Only another pack overrides a rule; twice in one file is a slip."""
    assert refusal(tmp_path, BASE + RULE + RULE).key == "rules.id_twice"


def test_later_packs_override_by_id_and_keep_the_rest(tmp_path: Path) -> None:
    """A later pack's rule takes the place of the earlier one's, in its place; other rules stay as they were."""
    load(tmp_path, BASE + RULE + RULE.replace('"one"', '"two"'), "first.toml")
    later = '[pack]\nname = "later"\nversion = "2"\ntitle = { zh = "后" }\n' + RULE.replace('"prohibit"', '"restrict"')
    (tmp_path / "later.toml").write_text(later, "utf-8")
    first = load_packs(["first.toml"], folder=tmp_path)
    both = load_packs(["first.toml", "later.toml"], folder=tmp_path)
    assert [rule.id for rule in both.rules] == ["one", "two"]
    assert [rule.effect for rule in both.rules] == ["restrict", "prohibit"]
    assert both.rules[1] == first.rules[1]
    assert both.name == "base + later"
    assert both.origins["rules.one"].name == "later.toml"


def test_extends_is_the_same_as_naming_both(tmp_path: Path) -> None:
    """A pack that extends another holds what the two hold together, and is read once however often it is named."""
    text = '[pack]\nname = "mine"\nversion = "1"\ntitle = { zh = "我" }\nextends = ["national"]\n'
    mine = load(tmp_path, text, "mine.toml")
    assert mine.rules == load_packs("national").rules
    assert load_packs(["national", "mine.toml"], folder=tmp_path).files == mine.files


@pytest.mark.parametrize("name", ["national", "tianjin-dongli", "vocabulary"])
def test_toml_text_reads_back_as_the_same_pack(tmp_path: Path, name: str) -> None:
    """Written out as one file and read again, a pack is equal in every part."""
    pack = load_packs(name)
    assert load(tmp_path, pack_toml(pack)) == pack
    assert name in pack_names()


def test_a_pack_travels_to_workers() -> None:
    """A pack can be sent to another process and is the same there."""
    pack = load_packs("tianjin-dongli")
    assert pickle.loads(pickle.dumps(pack)) == pack


def test_doubtful_rules_are_named(tmp_path: Path) -> None:
    """What loads but may mislead is told: no citation, no procedure, one language, a tag nobody has, an open list."""
    rule = RULE.replace(', en = "forbidden"', "").replace('"prohibit"', '"prohibit_unless"\npermitted_complete = false')
    text = BASE.replace(
        "coal = {", 'lost = { zh = "无主", en = "lost" }\nspare = { zh = "备", en = "spare" }\ncoal = {'
    )
    text = text.replace("boiler = {", 'tent = { zh = "帐篷", en = "tent", tags = [] }\nboiler = {')
    text += '[roles.farmland]\nzh = "农田"\nrequired = true\ncolour = "#FFFF00"\n'
    rule = rule.replace('role = "red_line"', 'role = "red_line"\ntags = ["lost"]').replace(
        'confidence = "S"', 'confidence = "M"'
    )
    troubles = check_pack(load(tmp_path, text + rule))
    found = {trouble.key.removeprefix("rules."): trouble.severity for trouble in troubles}
    assert found == {
        "tag_of_nobody": "warning",
        "no_citation": "warning",
        "no_procedure": "warning",
        "no_unknown": "warning",
        "not_seen": "info",
        "one_language": "warning",
        "no_tags": "warning",
        "tag_without_rule": "info",
        "role_without_rule": "warning",
    }
    assert all(trouble.message(lang) and trouble.remedy(lang) for trouble in troubles for lang in LANGUAGES)
    assert all(trouble.place.file and trouble.place.feature for trouble in troubles if trouble.place.feature != "pack")
