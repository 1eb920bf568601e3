from .check import check_pack as check_pack
from .dump import pack_toml as pack_toml
from .judging import judge as judge
from .judging import required_roles as required_roles
from .load import load_packs as load_packs
from .load import pack_names as pack_names
from .model import (
    Assumption as Assumption,
)
from .model import (
    ChangeRule as ChangeRule,
)
from .model import (
    Flag as Flag,
)
from .model import (
    Judgement as Judgement,
)
from .model import (
    Parameter as Parameter,
)
from .model import (
    ProjectType as ProjectType,
)
from .model import (
    Role as Role,
)
from .model import (
    RoleLevel as RoleLevel,
)
from .model import (
    Rule as Rule,
)
from .model import (
    RulePack as RulePack,
)
from .projects import find_project_type as find_project_type
from .projects import project_tags as project_tags
from .sheet import export_sheet as export_sheet
from .sheet import import_sheet as import_sheet
