'use strict';
// The control layers: one pane each, so that their order stays when they are switched off and on.
(function (e) {
  let entries = [];
  // Layers that are on only because the site that is open concerns them.
  let lent = [];

  function paneOf(map, name, level) {
    const pane = map.getPane(name) || map.createPane(name);
    pane.style.zIndex = String(level);
    return { pane: name, renderer: L.svg({ pane: name, padding: 0.3 }) };
  }

  function styleOf(layer, style) {
    if (style.outline) {
      return { fill: false, color: style.stroke, weight: e.outlineWeight(layer), dashArray: style.dash, opacity: 0.9 };
    }
    if (style.shape === 'line') return { fill: false, color: style.stroke, weight: 3, opacity: 0.95 };
    return { color: style.stroke, weight: style.weight, opacity: 0.95, fillColor: `url(#${style.pattern})`, fillOpacity: 1 };
  }

  function shapes(layer, place, look, interactive) {
    return L.geoJSON(
      layer.features.map((zone) => ({ type: 'Feature', geometry: zone.g, properties: zone })),
      {
        ...place,
        interactive,
        style: (feature) => look(layer.styles[feature.properties.s]),
        pointToLayer: (feature, at) => {
          const style = layer.styles[feature.properties.s];
          return L.circleMarker(at, { ...place, radius: 5, color: '#fff', weight: 1.5, fillColor: style.fill, fillOpacity: 1 });
        },
        onEachFeature: (feature, drawn) => {
          if (interactive) drawn.on('click', (event) => e.openZone(layer, feature.properties, event.latlng));
        },
      }
    );
  }

  function build(map, layer, i) {
    const group = L.layerGroup();
    const style = layer.styles[0];
    const above = style.outline ? 60 : 0;
    if (layer.paper) {
      const paper = paneOf(map, `zone-${i}-paper`, 401);
      group.addLayer(shapes(layer, paper, () => ({ stroke: false, fillColor: e.colour('paper'), fillOpacity: 1 }), false));
    }
    const place = paneOf(map, `zone-${i}`, 410 + layer.place + above);
    const look = (own) => (style.shape === 'point' ? {} : styleOf(layer, own));
    group.addLayer(shapes(layer, place, look, !style.outline));
    if (layer.names) {
      const names = layer.features.filter((zone) => zone.n && zone.at);
      for (const zone of names) group.addLayer(e.nameLabel(zone.n, zone.at));
    }
    return { layer, group, map, on: false };
  }

  e.drawZones = function (map) {
    entries.forEach((entry) => entry.group.remove());
    lent = [];
    entries = e.data.layers.map((layer, i) => build(map, layer, i));
    entries.forEach((entry) => e.showLayer(entry.layer, entry.layer.on));
  };

  /** Switch a layer on or off. */
  e.showLayer = function (layer, on) {
    const entry = entries.find((one) => one.layer === layer);
    if (entry.on === on || !layer.features.length) return;
    entry.on = on;
    if (on) entry.group.addTo(entry.map);
    else entry.group.remove();
    e.say('layers');
  };

  /** Show the layers that a site's findings speak of while it is open (null: it was closed). */
  e.lendLayers = function (site) {
    const wanted = site ? entries.filter((entry) => site.layers.includes(entry.layer.key)) : [];
    const back = lent.filter((entry) => !wanted.includes(entry));
    lent = wanted.filter((entry) => !entry.on || lent.includes(entry));
    back.forEach((entry) => e.showLayer(entry.layer, false));
    lent.forEach((entry) => e.showLayer(entry.layer, true));
  };

  /** The user's own choice: it stays when the site is closed. */
  e.chooseLayer = function (layer, on) {
    lent = lent.filter((entry) => entry.layer !== layer);
    e.showLayer(layer, on);
  };

  e.isShown = (layer) => entries.some((entry) => entry.layer === layer && entry.on);
})(window.ecozone);
