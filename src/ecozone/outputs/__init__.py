"""Results in, files out. Nothing here computes an area or a verdict."""

from typing import TYPE_CHECKING

from ecozone.doors import front_door

if TYPE_CHECKING:
    from ecozone.outputs.account import account_csv_names as account_csv_names
    from ecozone.outputs.account import write_account_csv as write_account_csv
    from ecozone.outputs.account import write_account_gpkg as write_account_gpkg
    from ecozone.outputs.archive import damaged as damaged
    from ecozone.outputs.archive import write_archive as write_archive
    from ecozone.outputs.atomic import written as written
    from ecozone.outputs.beside import BESIDE as BESIDE
    from ecozone.outputs.beside import csv_names as csv_names
    from ecozone.outputs.change import change_document as change_document
    from ecozone.outputs.change import write_change_csv as write_change_csv
    from ecozone.outputs.change import write_change_geojson as write_change_geojson
    from ecozone.outputs.change import write_change_gpkg as write_change_gpkg
    from ecozone.outputs.change import write_change_xlsx as write_change_xlsx
    from ecozone.outputs.documents import check_document as check_document
    from ecozone.outputs.documents import check_head as check_head
    from ecozone.outputs.documents import plain_rows as plain_rows
    from ecozone.outputs.documents import ratios_document as ratios_document
    from ecozone.outputs.documents import write_json as write_json
    from ecozone.outputs.escape import plain as plain
    from ecozone.outputs.geodata import write_features as write_features
    from ecozone.outputs.geodata import write_geojson as write_geojson
    from ecozone.outputs.geodata import write_gpkg as write_gpkg
    from ecozone.outputs.map import ground_data as ground_data
    from ecozone.outputs.map import map_data as map_data
    from ecozone.outputs.map import write_map as write_map
    from ecozone.outputs.map_change import change_map_data as change_map_data
    from ecozone.outputs.map_change import write_change_map as write_change_map
    from ecozone.outputs.map_display import display_copies as display_copies
    from ecozone.outputs.map_display import geometry_json as geometry_json
    from ecozone.outputs.map_display import latlng_bounds as latlng_bounds
    from ecozone.outputs.map_notes import notice_notes as notice_notes
    from ecozone.outputs.map_ratios import ratio_table as ratio_table
    from ecozone.outputs.map_sites import area_words as area_words
    from ecozone.outputs.map_tables import account_tables as account_tables
    from ecozone.outputs.map_tables import change_tables as change_tables
    from ecozone.outputs.map_tables import scenario_tables as scenario_tables
    from ecozone.outputs.overlaps import overlap_data as overlap_data
    from ecozone.outputs.packing import packed as packed
    from ecozone.outputs.pictures import CHANGE_GROUPS as CHANGE_GROUPS
    from ecozone.outputs.pictures import PICTURE_SUFFIXES as PICTURE_SUFFIXES
    from ecozone.outputs.pictures import change_group as change_group
    from ecozone.outputs.pictures import draw_changes as draw_changes
    from ecozone.outputs.pictures import draw_flows as draw_flows
    from ecozone.outputs.pictures import draw_ratios as draw_ratios
    from ecozone.outputs.pictures import draw_trends as draw_trends
    from ecozone.outputs.pieces import PIECEWISE as PIECEWISE
    from ecozone.outputs.pieces import Pieces as Pieces
    from ecozone.outputs.pieces import write_in_one_piece as write_in_one_piece
    from ecozone.outputs.plain_values import plain_value as plain_value
    from ecozone.outputs.plate import PLATE_SUFFIXES as PLATE_SUFFIXES
    from ecozone.outputs.plate import plate_scale as plate_scale
    from ecozone.outputs.plate import require_plate as require_plate
    from ecozone.outputs.plate import write_plate as write_plate
    from ecozone.outputs.redline import redline_document as redline_document
    from ecozone.outputs.redline import write_redline_csv as write_redline_csv
    from ecozone.outputs.redline import write_redline_geojson as write_redline_geojson
    from ecozone.outputs.redline import write_redline_gpkg as write_redline_gpkg
    from ecozone.outputs.redline import write_redline_map as write_redline_map
    from ecozone.outputs.redline import write_redline_xlsx as write_redline_xlsx
    from ecozone.outputs.samples import require_new as require_new
    from ecozone.outputs.samples import write_samples as write_samples
    from ecozone.outputs.scenario import scenario_document as scenario_document
    from ecozone.outputs.scenario import scenario_ratios as scenario_ratios
    from ecozone.outputs.scenario import write_scenario_csv as write_scenario_csv
    from ecozone.outputs.scenario import write_scenario_geojson as write_scenario_geojson
    from ecozone.outputs.scenario import write_scenario_gpkg as write_scenario_gpkg
    from ecozone.outputs.scenario import write_scenario_xlsx as write_scenario_xlsx
    from ecozone.outputs.tables import write_csv as write_csv
    from ecozone.outputs.tables import write_xlsx as write_xlsx
    from ecozone.outputs.txt import write_txt as write_txt
    from ecozone.outputs.txt_overlap import write_overlap_txt as write_overlap_txt
    from ecozone.outputs.word import write_change_docx as write_change_docx
    from ecozone.outputs.word import write_docx as write_docx
else:
    __all__, __getattr__, __dir__ = front_door(
        __name__,
        account="account_csv_names write_account_csv write_account_gpkg",
        archive="damaged write_archive",
        atomic="written",
        beside="BESIDE csv_names",
        change="change_document write_change_csv write_change_geojson write_change_gpkg write_change_xlsx",
        documents="check_document check_head plain_rows ratios_document write_json",
        escape="plain",
        geodata="write_features write_geojson write_gpkg",
        map="ground_data map_data write_map",
        map_change="change_map_data write_change_map",
        map_display="display_copies geometry_json latlng_bounds",
        map_notes="notice_notes",
        map_ratios="ratio_table",
        map_sites="area_words",
        map_tables="account_tables change_tables scenario_tables",
        overlaps="overlap_data",
        packing="packed",
        pictures="CHANGE_GROUPS PICTURE_SUFFIXES change_group draw_changes draw_flows draw_ratios draw_trends",
        pieces="PIECEWISE Pieces write_in_one_piece",
        plain_values="plain_value",
        plate="PLATE_SUFFIXES plate_scale require_plate write_plate",
        redline=(
            "redline_document write_redline_csv write_redline_geojson write_redline_gpkg write_redline_map "
            "write_redline_xlsx"
        ),
        samples="require_new write_samples",
        scenario=(
            "scenario_document scenario_ratios write_scenario_csv write_scenario_geojson write_scenario_gpkg "
            "write_scenario_xlsx"
        ),
        tables="write_csv write_xlsx",
        txt="write_txt",
        txt_overlap="write_overlap_txt",
        word="write_change_docx write_docx",
    )
