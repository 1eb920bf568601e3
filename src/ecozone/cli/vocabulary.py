"""``rules`` and ``schemes``: what the tool goes by, to be read and carried off."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ecozone.cli.common import SETTINGS, answer, command, console, tell
from ecozone.errors import UsageError
from ecozone.text import pick, say


def register(app: typer.Typer) -> None:
    """Add the commands, with their help in the current language."""

    @command(app, "rules")
    def rules(
        pack: Annotated[str | None, typer.Argument(help=say("cli.arg_pack"))] = None,
        w: Annotated[str, typer.Option("-w", "--workspace", help=say("cli.opt_workspace_rules"))] = "demo",
        export: Annotated[str | None, typer.Option("--export", help=say("cli.opt_export"))] = None,
        load: Annotated[str | None, typer.Option("--import", help=say("cli.opt_import"))] = None,
        output: Annotated[str | None, typer.Option("-o", "--output", help=say("cli.opt_output_pack"))] = None,
    ) -> int:
        from ecozone.rules import check_pack, export_sheet, import_sheet, load_packs
        from ecozone.runs import require_apart
        from ecozone.workspace import open_workspace

        if load is not None:
            if output is None:
                raise UsageError("cli.import_needs_output")
            require_apart([Path(output)], [Path(load)])
            return _import(import_sheet(Path(load)), Path(output))
        chosen = load_packs((pack,)) if pack else open_workspace(w).pack
        if export is not None:
            require_apart([Path(export)], chosen.files)
            export_sheet(chosen, Path(export))
            tell(say("cli.wrote", file=export))
            return 0
        troubles = [notice.as_dict() for notice in check_pack(chosen)]
        if SETTINGS.json:
            answer({"schema": "ecozone.rules/1", **_pack_document(chosen), "troubles": troubles})
        else:
            _show_pack(chosen)
            for trouble in troubles:
                tell(f"· {trouble['message']}", style="yellow")
        return 0

    @command(app, "schemes")
    def schemes(
        name: Annotated[str | None, typer.Argument(help=say("cli.arg_scheme"))] = None,
    ) -> int:
        from ecozone.landcover import open_scheme, scheme_names

        if name is None:
            known = [open_scheme(known) for known in scheme_names()]
            if SETTINGS.json:
                rows = [{"name": scheme.name, "title": dict(scheme.title), "kind": scheme.kind} for scheme in known]
                answer({"schema": "ecozone.schemes/1", "schemes": rows})
                return 0
            from ecozone.cli.show import table

            heads = [say(f"cli.head_{head}") for head in ("scheme", "title", "kind", "classes")]
            words = [(s.name, pick(s.title), say(f"cli.kind_{s.kind}"), str(len(s.classes))) for s in known]
            table(heads, words, right=(3,))
            return 0
        _show_scheme(open_scheme(name))
        return 0


def _import(text: str, output: Path) -> int:
    from ecozone.outputs import written

    with written(output) as draft:
        draft.write_text(text, "utf-8")
    tell(say("cli.wrote", file=output))
    return 0


def _pack_document(pack: Any) -> dict[str, Any]:
    rules = [
        {
            "id": rule.id,
            "role": rule.role,
            "levels": sorted(rule.levels) if rule.levels is not None else None,
            "tags": sorted(rule.tags),
            "effect": rule.effect,
            "within_m": rule.within_m,
            "sentence": pick(rule.sentence),
            "procedure": pick(rule.procedure),
            "citation": pick(rule.citation),
            "confidence": rule.confidence,
            "unknown": pick(rule.unknown) if rule.unknown else None,
        }
        for rule in pack.rules
    ]
    types = [
        {"id": kind.id, "zh": kind.zh, "en": kind.en, "tags": sorted(kind.tags)} for kind in pack.project_types.values()
    ]
    assumptions = [{"id": item.id, "zh": item.zh, "en": item.en} for item in pack.assumptions]
    return {"name": pack.name, "rules": rules, "project_types": types, "assumptions": assumptions}


def _show_pack(pack: Any) -> None:
    from ecozone.cli.show import table

    def named(item: Any) -> str:
        return pick({"zh": item.zh, "en": item.en})

    rows = [
        (
            rule.id,
            named(pack.roles[rule.role]) + (f" {','.join(map(str, sorted(rule.levels)))}" if rule.levels else ""),
            say(f"cli.effect_{rule.effect}"),
            say("cli.cited", what=pick(rule.sentence), clauses=pick(rule.citation)),
            rule.confidence,
        )
        for rule in pack.rules
    ]
    table([say(f"cli.head_{head}") for head in ("rule", "role", "effect", "sentence", "confidence")], rows)
    types = [(kind.id, named(kind), " ".join(sorted(kind.tags))) for kind in pack.project_types.values()]
    table([say(f"cli.head_{head}") for head in ("type", "name", "tags")], types, title=say("cli.types_title"))
    console().print(say("cli.assumptions_title"), style="bold")
    for item in pack.assumptions:
        console().print(f"  · {named(item)}", soft_wrap=True)


def _show_scheme(scheme: Any) -> None:
    flags = ("blue", "green", "forest", "cropland")
    rows = [
        {
            "code": land.code,
            "name": pick({"zh": land.zh, "en": land.en}),
            "colour": land.colour,
            **{flag: bool(getattr(land, flag)) for flag in flags},
            "contested": pick(land.contested) if land.contested else None,
        }
        for land in scheme.classes.values()
    ]
    if SETTINGS.json:
        nodata = sorted(scheme.nodata)
        answer({"schema": "ecozone.scheme/1", "name": scheme.name, "nodata": nodata, "classes": rows})
        return
    from ecozone.cli.show import table

    words = [
        (
            str(row["code"]),
            row["name"],
            " ".join(say(f"cli.flag_{flag}") for flag in flags if row[flag]) or say("cli.flag_neither"),
            row["contested"] or "",
        )
        for row in rows
    ]
    heads = [say(f"cli.head_{head}") for head in ("code", "name", "counts", "contested")]
    table(heads, words, title=pick(scheme.title))
