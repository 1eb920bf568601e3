'use strict';
// Drawing on the map with Geoman: areas, lines and points, their corners moved afterwards; our own buttons and words.
(function (e) {
  const KINDS = { area: 'Polygon', line: 'Line', point: 'Marker' };
  let map, group;
  let shapes = [];
  let count = 0;
  let listen = () => {};

  const style = () => ({ color: e.colour('accent'), weight: 2.6, fillColor: e.colour('accent'), fillOpacity: 0.16, pmIgnore: false });
  const dot = () => L.divIcon({ className: 'drawn-point', iconSize: [16, 16] });
  const kindOf = (layer) => (layer instanceof L.Marker ? 'point' : layer instanceof L.Polygon ? 'area' : 'line');

  e.readyDrawing = function (onto) {
    if (map) return;
    map = onto;
    // Corners lie where they are clicked: only shapes drawn here attract them, never graticule, layers or sites.
    L.PM.setOptIn(true);
    const pane = map.createPane('drawing');
    pane.style.zIndex = '546';
    map.pm.setGlobalOptions({ panes: { layerPane: 'drawing', vertexPane: 'markerPane', markerPane: 'markerPane' } });
    group = L.featureGroup().addTo(map);
    map.on('pm:create', ({ layer }) => {
      count += 1;
      layer.remove();
      group.addLayer(layer);
      shapes.push({ layer, name: e.p('drawn_name', { number: count }), kind: kindOf(layer) });
      layer.on('pm:edit pm:vertexadded pm:vertexremoved pm:dragend', () => e.drawnChanged());
      stop();
      e.drawnChanged();
    });
  };

  function stop() {
    map.pm.disableDraw();
    shapes.forEach(({ layer }) => layer.pm.disable());
    document.body.classList.remove('drawing');
  }

  /** Whether something is being drawn, and what: area, line, point, edit or null. */
  e.drawingNow = () => {
    const shape = map.pm.Draw.getActiveShape && map.pm.Draw.getActiveShape();
    if (shape) return Object.keys(KINDS).find((kind) => KINDS[kind] === shape) || null;
    return shapes.some(({ layer }) => layer.pm.enabled()) ? 'edit' : null;
  };

  e.drawShape = function (kind) {
    const before = e.drawingNow();
    stop();
    if (before !== kind) {
      document.body.classList.add('drawing');
      if (kind === 'edit') shapes.forEach(({ layer }) => layer.pm.enable({ allowSelfIntersection: true, draggable: true }));
      else {
        map.closePopup();
        map.pm.setLang(e.lang === 'zh' ? 'zh' : 'en');
        const path = style();
        const icon = { markerStyle: { icon: dot(), pmIgnore: false } };
        map.pm.enableDraw(KINDS[kind], { snappable: true, snapDistance: 12, templineStyle: { ...path, fill: false }, hintlineStyle: { ...path, dashArray: '5 5', fill: false }, pathOptions: path, continueDrawing: false, finishOn: kind === 'point' ? null : 'dblclick', ...icon });
      }
    }
    listen();
  };

  e.stopDrawing = () => (stop(), listen());
  /** Take back the last corner of what is being drawn. */
  e.undoCorner = function () {
    const shape = map.pm.Draw.getActiveShape();
    const tool = shape && map.pm.Draw[shape];
    if (tool && tool._removeLastVertex && tool._layer && tool._layer.getLatLngs().length) tool._removeLastVertex();
  };
  e.drawnShapes = () => shapes;
  e.dropShape = function (shape) {
    stop();
    group.removeLayer(shape.layer);
    shapes = shapes.filter((one) => one !== shape);
    e.drawnChanged();
  };
  /** A shape is new, gone, moved or named otherwise: what was read of them before is not theirs any more. */
  e.drawnChanged = () => (e.sourceChanged('draw'), listen());
  e.onDrawn = (listener) => (listen = listener);
  e.seeDrawing = (seen) => (seen ? group.addTo(map) : (stop(), group.remove()));

  /** What was drawn, as a FeatureCollection in longitude and latitude (CGCS2000, like the map). */
  e.drawnSource = () => ({
    geojson: {
      type: 'FeatureCollection',
      features: shapes.map(({ layer, name }) => ({ type: 'Feature', properties: { name }, geometry: layer.toGeoJSON(8).geometry })),
    },
  });
})(window.ecozone);
