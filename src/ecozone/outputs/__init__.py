"""Results in, files out. Nothing here computes an area or a verdict."""

from ecozone.outputs.account import account_csv_names, write_account_csv, write_account_gpkg
from ecozone.outputs.archive import damaged, write_archive
from ecozone.outputs.atomic import written
from ecozone.outputs.beside import BESIDE, csv_names
from ecozone.outputs.change import (
    change_document,
    write_change_csv,
    write_change_geojson,
    write_change_gpkg,
    write_change_xlsx,
)
from ecozone.outputs.documents import check_document, check_head, plain_rows, ratios_document, write_json
from ecozone.outputs.escape import plain
from ecozone.outputs.geodata import write_features, write_geojson, write_gpkg
from ecozone.outputs.map import ground_data, map_data, write_map
from ecozone.outputs.map_change import change_map_data, write_change_map
from ecozone.outputs.map_display import display_copies, geometry_json, latlng_bounds
from ecozone.outputs.map_notes import notice_notes
from ecozone.outputs.map_ratios import ratio_table
from ecozone.outputs.map_sites import area_words
from ecozone.outputs.map_tables import account_tables, change_tables, scenario_tables
from ecozone.outputs.overlaps import overlap_data
from ecozone.outputs.packing import packed
from ecozone.outputs.pictures import (
    CHANGE_GROUPS,
    PICTURE_SUFFIXES,
    change_group,
    draw_changes,
    draw_flows,
    draw_ratios,
    draw_trends,
)
from ecozone.outputs.pieces import PIECEWISE, Pieces, write_in_one_piece
from ecozone.outputs.plain import plain_value
from ecozone.outputs.plate import PLATE_SUFFIXES, plate_scale, require_plate, write_plate
from ecozone.outputs.redline import (
    redline_document,
    write_redline_csv,
    write_redline_geojson,
    write_redline_gpkg,
    write_redline_map,
    write_redline_xlsx,
)
from ecozone.outputs.samples import require_new, write_samples
from ecozone.outputs.scenario import (
    scenario_document,
    scenario_ratios,
    write_scenario_csv,
    write_scenario_geojson,
    write_scenario_gpkg,
    write_scenario_xlsx,
)
from ecozone.outputs.tables import write_csv, write_xlsx
from ecozone.outputs.txt import write_txt
from ecozone.outputs.txt_overlap import write_overlap_txt
from ecozone.outputs.word import write_change_docx, write_docx

__all__ = [
    "BESIDE",
    "CHANGE_GROUPS",
    "PICTURE_SUFFIXES",
    "PIECEWISE",
    "PLATE_SUFFIXES",
    "Pieces",
    "account_csv_names",
    "account_tables",
    "area_words",
    "change_document",
    "change_group",
    "change_map_data",
    "change_tables",
    "check_document",
    "check_head",
    "csv_names",
    "damaged",
    "display_copies",
    "draw_changes",
    "draw_flows",
    "draw_ratios",
    "draw_trends",
    "geometry_json",
    "ground_data",
    "latlng_bounds",
    "map_data",
    "notice_notes",
    "overlap_data",
    "packed",
    "plain",
    "plain_rows",
    "plain_value",
    "plate_scale",
    "ratio_table",
    "ratios_document",
    "redline_document",
    "require_new",
    "require_plate",
    "scenario_document",
    "scenario_ratios",
    "scenario_tables",
    "write_account_csv",
    "write_account_gpkg",
    "write_archive",
    "write_change_csv",
    "write_change_docx",
    "write_change_geojson",
    "write_change_gpkg",
    "write_change_map",
    "write_change_xlsx",
    "write_csv",
    "write_docx",
    "write_features",
    "write_geojson",
    "write_gpkg",
    "write_in_one_piece",
    "write_json",
    "write_map",
    "write_overlap_txt",
    "write_plate",
    "write_redline_csv",
    "write_redline_geojson",
    "write_redline_gpkg",
    "write_redline_map",
    "write_redline_xlsx",
    "write_samples",
    "write_scenario_csv",
    "write_scenario_geojson",
    "write_scenario_gpkg",
    "write_scenario_xlsx",
    "write_txt",
    "write_xlsx",
    "written",
]
