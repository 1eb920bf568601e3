"""The public interface is a list, and this test holds it."""

from __future__ import annotations

import ecozone as ez


def test_the_public_names_are_these() -> None:
    """A name comes or goes only together with this list, and each of them loads."""
    assert sorted(ez.__all__) == [
        "Account",
        "Change",
        "Check",
        "Cuts",
        "EcozoneError",
        "LayerComparison",
        "Scenario",
        "Workspace",
        "__version__",
        "assess_account",
        "assess_accuracy",
        "assess_change",
        "assess_indicators",
        "assess_scenario",
        "check_sites",
        "compare_layers",
        "draw_changes",
        "draw_flows",
        "draw_ratios",
        "draw_trends",
        "inspect_file",
        "least_cut",
        "measure_change",
        "measure_zones",
        "nearest",
        "open_scheme",
        "open_workspace",
        "overlay",
        "overrule",
        "plan_samples",
        "read_features",
        "read_sites",
        "resolve_zones",
        "set_language",
        "stream_checks",
        "write_csv",
        "write_docx",
        "write_geojson",
        "write_gpkg",
        "write_map",
        "write_xlsx",
    ]
    assert all(getattr(ez, name) is not None for name in ez.__all__)
    assert set(dir(ez)) == set(ez.__all__)
