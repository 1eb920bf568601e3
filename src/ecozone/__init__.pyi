from .assess import (
    Account as Account,
)
from .assess import (
    Change as Change,
)
from .assess import (
    Check as Check,
)
from .assess import (
    Cuts as Cuts,
)
from .assess import (
    LayerComparison as LayerComparison,
)
from .assess import (
    Scenario as Scenario,
)
from .assess import (
    assess_account as assess_account,
)
from .assess import (
    assess_accuracy as assess_accuracy,
)
from .assess import (
    assess_change as assess_change,
)
from .assess import (
    assess_indicators as assess_indicators,
)
from .assess import (
    assess_scenario as assess_scenario,
)
from .assess import (
    check_sites as check_sites,
)
from .assess import (
    compare_layers as compare_layers,
)
from .assess import (
    least_cut as least_cut,
)
from .assess import (
    overrule as overrule,
)
from .assess import (
    plan_samples as plan_samples,
)
from .assess import (
    resolve_zones as resolve_zones,
)
from .errors import EcozoneError as EcozoneError
from .intake import inspect_file as inspect_file
from .intake import read_features as read_features
from .intake import read_sites as read_sites
from .landcover import open_scheme as open_scheme
from .measure import (
    measure_change as measure_change,
)
from .measure import (
    measure_zones as measure_zones,
)
from .measure import (
    nearest as nearest,
)
from .measure import (
    overlay as overlay,
)
from .outputs import (
    draw_changes as draw_changes,
)
from .outputs import (
    draw_flows as draw_flows,
)
from .outputs import (
    draw_ratios as draw_ratios,
)
from .outputs import (
    draw_trends as draw_trends,
)
from .outputs import (
    write_csv as write_csv,
)
from .outputs import (
    write_docx as write_docx,
)
from .outputs import (
    write_geojson as write_geojson,
)
from .outputs import (
    write_gpkg as write_gpkg,
)
from .outputs import (
    write_map as write_map,
)
from .outputs import (
    write_plate as write_plate,
)
from .outputs import (
    write_xlsx as write_xlsx,
)
from .runs import stream_checks as stream_checks
from .text import set_language as set_language
from .version import __version__ as __version__
from .workspace import Workspace as Workspace
from .workspace import open_workspace as open_workspace
