"""GDAL without its drivers that call the network or read another file than the one named."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROBE = """
import http.server, json, logging, os, sys, threading
from pathlib import Path

logging.basicConfig()
hits = []

class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        hits.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"type":"FeatureCollection","features":[]}')
    do_HEAD = do_GET
    def log_message(self, *words):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
threading.Thread(target=server.serve_forever, daemon=True).start()
at = f"http://127.0.0.1:{server.server_port}"
folder = Path(sys.argv[1])
secret = folder / "secret.csv"
secret.write_text("a,b\\n1,TOPSECRET\\n")

from ecozone.geo import gdal
assert "pyogrio" not in sys.modules and "rasterio" not in sys.modules and "fiona" not in sys.modules
from ecozone.geo.gdal import fiona, pyogrio, rasterio

def file(name, text):
    (folder / name).write_text(text)
    return str(folder / name)

vrt = "<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>%s</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
raster = ("<VRTDataset rasterXSize='1' rasterYSize='1'><VRTRasterBand dataType='Byte' band='1'><SimpleSource>"
          "<SourceFilename relativeToVRT='0'>%s</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>")
raw = ("<VRTDataset rasterXSize='4' rasterYSize='1'>"
       "<VRTRasterBand dataType='Byte' band='1' subClass='VRTRawRasterBand'>"
       "<SourceFilename relativeToVRT='0'>%s</SourceFilename></VRTRasterBand></VRTDataset>")
wms = ("<GDAL_WMS><Service name='TMS'><ServerUrl>%s/${z}/${x}/${y}.png</ServerUrl></Service>"
       "<DataWindow><SizeX>256</SizeX><SizeY>256</SizeY><TileLevel>0</TileLevel></DataWindow><BandsCount>3</BandsCount></GDAL_WMS>")
vectors = [
    file("far.geojson", vrt % f"/vsicurl/{at}/a.json"), file("near.geojson", vrt % secret),
    file("w.gml", f"<OGRWFSDataSource><URL>{at}/wfs</URL></OGRWFSDataSource>"),
    f"/vsicurl/{at}/b.geojson", f"/vsicurl_streaming/{at}/c.geojson", f"{at}/d.geojson", f"GeoJSON:{at}/e",
    f"WFS:{at}/f",
]
rasters = [file("far.tif", raster % f"/vsicurl/{at}/g.tif"), file("raw.tif", raw % secret), file("wms.tif", wms % at),
           f"/vsicurl/{at}/h.tif", f"{at}/i.tif"]
opened = []
for path in vectors:
    for library, read in (("pyogrio", pyogrio.read_info), ("fiona", fiona.open)):
        try:
            read(path)
            opened.append([library, path])
        except Exception:
            pass
for path in rasters:
    try:
        with rasterio.open(path) as dataset:
            dataset.read(1)
        opened.append(["rasterio", path])
    except Exception:
        pass
with fiona.Env() as env:
    drivers = {"fiona": sorted(env.drivers())}
with rasterio.Env() as env:
    drivers["rasterio"] = sorted(env.drivers())
drivers["pyogrio"] = sorted(pyogrio.list_drivers())
print(json.dumps({"hits": hits, "opened": opened, "drivers": drivers, "hardened": gdal.hardened(),
                  "unwanted": gdal.UNWANTED_DRIVERS, "skip": os.environ["GDAL_SKIP"],
                  "cpl_log": os.environ.get("CPL_LOG")}))
"""

LATE = """
import json, rasterio
from ecozone.geo import gdal
said = gdal.hardening_notice()
print(json.dumps([gdal.hardened(), said.key, said.severity, said.message("zh"), said.message("en")]))
"""

LAZY = """
import sys
import ecozone.geo, ecozone.geo.gdal
assert not {"pyogrio", "fiona", "rasterio"} & set(sys.modules)
import os
assert "GDAL_SKIP" not in os.environ
try:
    ecozone.geo.gdal.osgeo
except AttributeError:
    print("ok")
"""


def run(code: str, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    plain = {
        name: value for name, value in os.environ.items() if not name.startswith(("GDAL_", "OGR_", "CPL_", "PROJ_"))
    }
    return subprocess.run(
        [sys.executable, "-c", code, *words], env=plain | env, capture_output=True, text=True, timeout=120, check=True
    )


@pytest.fixture(scope="module")
def probe(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict, str]:
    done = run(PROBE, str(tmp_path_factory.mktemp("gdal")), GDAL_SKIP="BMP ESAT", OGR_SKIP="VDV")
    return json.loads(done.stdout), done.stderr


def test_nothing_calls_out_and_nothing_is_read_through_another_file(probe: tuple[dict, str]) -> None:
    """VRT, WFS and WMS files under harmless names, and addresses as paths, open nothing and reach no server."""
    assert probe[0]["hits"] == []
    assert probe[0]["opened"] == []


@pytest.mark.parametrize("library", ["fiona", "pyogrio", "rasterio"])
def test_unwanted_drivers_are_gone_and_wanted_ones_are_there(probe: tuple[dict, str], library: str) -> None:
    """Each wheel's own GDAL lacks the unwanted drivers and has those that ecozone reads with."""
    drivers = set(probe[0]["drivers"][library])
    assert not drivers & set(probe[0]["unwanted"])
    assert {"GPKG", "GeoJSON"} <= drivers
    assert library != "rasterio" or {"GTiff", "MEM"} <= drivers
    assert library == "rasterio" or {"ESRI Shapefile", "FlatGeobuf", "KML"} <= drivers


def test_the_users_own_settings_stay(probe: tuple[dict, str]) -> None:
    """Drivers that the user skips stay skipped, and no setting is left behind for the import alone."""
    assert probe[0]["skip"].startswith("BMP,ESAT,")
    assert not {"BMP", "ESAT"} & set(probe[0]["drivers"]["rasterio"])
    assert "VDV" not in probe[0]["drivers"]["pyogrio"]
    assert probe[0]["cpl_log"] is None
    assert probe[0]["hardened"] is True


def test_it_is_quiet(probe: tuple[dict, str]) -> None:
    """Not a line about drivers that a wheel never had appears."""
    assert probe[1] == ""


def test_a_library_loaded_before_is_said() -> None:
    """Where a host program has loaded rasterio first, that is known and said in both languages."""
    done = run(LATE)
    hardened, key, severity, zh, en = json.loads(done.stdout)
    assert (hardened, key, severity) == (False, "geo.gdal_open", "warning")
    assert "rasterio" in zh
    assert "rasterio" in en


def test_importing_geo_loads_no_gdal_and_sets_nothing(tmp_path: Path) -> None:
    """`import ecozone.geo` loads no GDAL and leaves the environment alone; other names are no attributes."""
    assert run(LAZY).stdout == "ok\n"
