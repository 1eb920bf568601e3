from .bars import draw_ratios as draw_ratios
from .board import PICTURE_SUFFIXES as PICTURE_SUFFIXES
from .flows import draw_flows as draw_flows
from .groups import CHANGE_GROUPS as CHANGE_GROUPS
from .groups import change_group as change_group
from .maps import draw_changes as draw_changes
from .trends import draw_trends as draw_trends
