from ecozone.rules.check import check_pack
from ecozone.rules.dump import pack_toml
from ecozone.rules.judge import judge, required_roles
from ecozone.rules.load import load_packs, pack_names
from ecozone.rules.model import (
    Assumption,
    ChangeRule,
    Flag,
    Judgement,
    Parameter,
    ProjectType,
    Role,
    RoleLevel,
    Rule,
    RulePack,
)
from ecozone.rules.projects import find_project_type, project_tags
from ecozone.rules.sheet import export_sheet, import_sheet

__all__ = [
    "Assumption",
    "ChangeRule",
    "Flag",
    "Judgement",
    "Parameter",
    "ProjectType",
    "Role",
    "RoleLevel",
    "Rule",
    "RulePack",
    "check_pack",
    "export_sheet",
    "find_project_type",
    "import_sheet",
    "judge",
    "load_packs",
    "pack_names",
    "pack_toml",
    "project_tags",
    "required_roles",
]
