from .account import (
    account_csv_names as account_csv_names,
)
from .account import (
    write_account_csv as write_account_csv,
)
from .account import (
    write_account_gpkg as write_account_gpkg,
)
from .archive import damaged as damaged
from .archive import write_archive as write_archive
from .atomic import written as written
from .beside import BESIDE as BESIDE
from .beside import csv_names as csv_names
from .change import (
    change_document as change_document,
)
from .change import (
    write_change_csv as write_change_csv,
)
from .change import (
    write_change_geojson as write_change_geojson,
)
from .change import (
    write_change_gpkg as write_change_gpkg,
)
from .change import (
    write_change_xlsx as write_change_xlsx,
)
from .documents import (
    check_document as check_document,
)
from .documents import (
    check_head as check_head,
)
from .documents import (
    plain_rows as plain_rows,
)
from .documents import (
    ratios_document as ratios_document,
)
from .documents import (
    write_json as write_json,
)
from .escape import plain as plain
from .geodata import write_features as write_features
from .geodata import write_geojson as write_geojson
from .geodata import write_gpkg as write_gpkg
from .map import ground_data as ground_data
from .map import map_data as map_data
from .map import write_map as write_map
from .map_change import change_map_data as change_map_data
from .map_change import write_change_map as write_change_map
from .map_display import (
    display_copies as display_copies,
)
from .map_display import (
    geometry_json as geometry_json,
)
from .map_display import (
    latlng_bounds as latlng_bounds,
)
from .map_notes import notice_notes as notice_notes
from .map_ratios import ratio_table as ratio_table
from .map_sites import area_words as area_words
from .map_tables import (
    account_tables as account_tables,
)
from .map_tables import (
    change_tables as change_tables,
)
from .map_tables import (
    scenario_tables as scenario_tables,
)
from .overlaps import overlap_data as overlap_data
from .packing import packed as packed
from .pictures import (
    CHANGE_GROUPS as CHANGE_GROUPS,
)
from .pictures import (
    PICTURE_SUFFIXES as PICTURE_SUFFIXES,
)
from .pictures import (
    change_group as change_group,
)
from .pictures import (
    draw_changes as draw_changes,
)
from .pictures import (
    draw_flows as draw_flows,
)
from .pictures import (
    draw_ratios as draw_ratios,
)
from .pictures import (
    draw_trends as draw_trends,
)
from .pieces import PIECEWISE as PIECEWISE
from .pieces import Pieces as Pieces
from .pieces import write_in_one_piece as write_in_one_piece
from .plain_values import plain_value as plain_value
from .plate import (
    PLATE_SUFFIXES as PLATE_SUFFIXES,
)
from .plate import (
    plate_scale as plate_scale,
)
from .plate import (
    require_plate as require_plate,
)
from .plate import (
    write_plate as write_plate,
)
from .progress import has_progress as has_progress
from .redline import (
    redline_document as redline_document,
)
from .redline import (
    write_redline_csv as write_redline_csv,
)
from .redline import (
    write_redline_geojson as write_redline_geojson,
)
from .redline import (
    write_redline_gpkg as write_redline_gpkg,
)
from .redline import (
    write_redline_map as write_redline_map,
)
from .redline import (
    write_redline_xlsx as write_redline_xlsx,
)
from .samples import require_new as require_new
from .samples import write_samples as write_samples
from .scenario import (
    scenario_document as scenario_document,
)
from .scenario import (
    scenario_ratios as scenario_ratios,
)
from .scenario import (
    write_scenario_csv as write_scenario_csv,
)
from .scenario import (
    write_scenario_geojson as write_scenario_geojson,
)
from .scenario import (
    write_scenario_gpkg as write_scenario_gpkg,
)
from .scenario import (
    write_scenario_xlsx as write_scenario_xlsx,
)
from .site_json import check_json as check_json
from .site_json import write_check_json as write_check_json
from .tables import write_csv as write_csv
from .tables import write_xlsx as write_xlsx
from .txt import write_txt as write_txt
from .txt_overlap import write_overlap_txt as write_overlap_txt
from .word import write_change_docx as write_change_docx
from .word import write_docx as write_docx
