from typing import TYPE_CHECKING

from ecozone.doors import front_door

if TYPE_CHECKING:
    from ecozone.rules.check import check_pack as check_pack
    from ecozone.rules.dump import pack_toml as pack_toml
    from ecozone.rules.judging import judge as judge
    from ecozone.rules.judging import required_roles as required_roles
    from ecozone.rules.load import load_packs as load_packs
    from ecozone.rules.load import pack_names as pack_names
    from ecozone.rules.model import Assumption as Assumption
    from ecozone.rules.model import ChangeRule as ChangeRule
    from ecozone.rules.model import Flag as Flag
    from ecozone.rules.model import Judgement as Judgement
    from ecozone.rules.model import Parameter as Parameter
    from ecozone.rules.model import ProjectType as ProjectType
    from ecozone.rules.model import Role as Role
    from ecozone.rules.model import RoleLevel as RoleLevel
    from ecozone.rules.model import Rule as Rule
    from ecozone.rules.model import RulePack as RulePack
    from ecozone.rules.projects import find_project_type as find_project_type
    from ecozone.rules.projects import project_tags as project_tags
    from ecozone.rules.sheet import export_sheet as export_sheet
    from ecozone.rules.sheet import import_sheet as import_sheet
else:
    __all__, __getattr__, __dir__ = front_door(
        __name__,
        check="check_pack",
        dump="pack_toml",
        judging="judge required_roles",
        load="load_packs pack_names",
        model="Assumption ChangeRule Flag Judgement Parameter ProjectType Role RoleLevel Rule RulePack",
        projects="find_project_type project_tags",
        sheet="export_sheet import_sheet",
    )
