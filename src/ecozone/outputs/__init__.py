"""Results in, files out. Nothing here computes an area or a verdict."""

from ecozone.outputs.account import account_csv_names, write_account_csv, write_account_gpkg
from ecozone.outputs.archive import damaged, write_archive
from ecozone.outputs.atomic import written
from ecozone.outputs.change import (
    change_document,
    write_change_csv,
    write_change_geojson,
    write_change_gpkg,
    write_change_xlsx,
)
from ecozone.outputs.documents import check_document, plain_rows, ratios_document, write_json
from ecozone.outputs.geodata import write_features, write_geojson, write_gpkg
from ecozone.outputs.map import write_map
from ecozone.outputs.map_change import write_change_map
from ecozone.outputs.pieces import PIECEWISE, Pieces, write_in_one_piece
from ecozone.outputs.samples import require_new, write_samples
from ecozone.outputs.tables import write_csv, write_xlsx
from ecozone.outputs.txt import write_txt
from ecozone.outputs.txt_overlap import write_overlap_txt

__all__ = [
    "PIECEWISE",
    "Pieces",
    "account_csv_names",
    "change_document",
    "check_document",
    "damaged",
    "plain_rows",
    "ratios_document",
    "require_new",
    "write_account_csv",
    "write_account_gpkg",
    "write_archive",
    "write_change_csv",
    "write_change_geojson",
    "write_change_gpkg",
    "write_change_map",
    "write_change_xlsx",
    "write_csv",
    "write_features",
    "write_geojson",
    "write_gpkg",
    "write_in_one_piece",
    "write_json",
    "write_map",
    "write_overlap_txt",
    "write_samples",
    "write_txt",
    "write_xlsx",
    "written",
]
