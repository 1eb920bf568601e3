'use strict';
// What the check view puts on the map beside sites: what was read, where another reading would lie, overlaps with their numbers.
(function (e) {
  const MANY = 1500; // beyond this, outlines go on a canvas
  const NAMED = 60;
  const NEAREST = 16;
  let map, read, other, overlaps, renderers;
  const drawn = new Map();
  let labels = []; // of overlaps, the gravest first
  let hovered = null;

  function pane(name, level, still) {
    const made = map.createPane(name);
    made.style.zIndex = String(level);
    if (still) made.style.pointerEvents = 'none';
    return L.layerGroup().addTo(map);
  }

  e.drawShapes = function (onto) {
    if (map) return;
    map = onto;
    read = pane('read', 515, true);
    other = pane('other', 530, true);
    // Fills lie together in a pane that lets the map through as a whole: many in one place do not hide it.
    pane('fills', 538, true);
    overlaps = pane('overlaps', 540, false);
    pane('numbers', 620, false);
    renderers = { read: L.svg({ pane: 'read', padding: 0.3 }), many: L.canvas({ pane: 'read' }), other: L.svg({ pane: 'other', padding: 0.3 }), fills: L.svg({ pane: 'fills', padding: 0.3 }), overlaps: L.svg({ pane: 'overlaps', padding: 0.3 }) };
    map.on('zoomend', spread);
  };

  const calm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

  /** Go where a box lies: [[south, west], [north, east]]. */
  e.goTo = function (box) {
    if (!box) return;
    const legend = map.getContainer().querySelector('.legend');
    const aside = legend && map.getSize().x > 3.5 * legend.offsetWidth ? legend.offsetWidth + 40 : 40;
    map.fitBounds(box, { maxZoom: NEAREST, animate: !calm(), paddingTopLeft: [60, 90], paddingBottomRight: [aside, 60] });
  };

  /** The sites as they were read. */
  e.showRead = function (sites) {
    read.clearLayers();
    const many = sites.length > MANY;
    const renderer = many ? renderers.many : renderers.read;
    const colour = e.colour('accent');
    for (const site of sites) {
      if (!site.geometry) continue;
      const line = site.kind === 'line';
      const look = { renderer, pane: 'read', interactive: false, color: colour, weight: 2.6, fill: !line, fillColor: colour, fillOpacity: 0.16, dashArray: site.radius_m ? '5 4' : null };
      const shape = (style) => L.geoJSON(site.geometry, { ...style, style, pointToLayer: (_, at) => L.circleMarker(at, { ...style, radius: 7 }) });
      if (!many) read.addLayer(shape({ ...look, color: '#fff', weight: 6, opacity: 0.9, fill: false, dashArray: null }));
      const own = shape(look);
      read.addLayer(own);
      if (sites.length <= NAMED) {
        const body = e.h('span', { class: 'read-name' }, site.name || site.id);
        const at = own.getBounds().getCenter();
        read.addLayer(L.marker([own.getBounds().getNorth(), at.lng], { icon: L.divIcon({ className: 'read-icon', html: body, iconSize: [0, 0] }), interactive: false, keyboard: false }));
      }
    }
  };
  e.hideRead = () => read.clearLayers();

  /** Where another reading would put the sites: dashed, with its name. */
  e.showOther = function (box, label) {
    other.clearLayers();
    if (!box) return;
    const style = { renderer: renderers.other, pane: 'other', interactive: false, color: e.colour('conditional'), weight: 3, dashArray: '8 5', fillColor: e.colour('conditional'), fillOpacity: 0.12 };
    const shape = L.rectangle(box, style);
    other.addLayer(shape);
    const body = e.h('span', { class: 'read-name other' }, label);
    other.addLayer(L.marker([box[1][0], (box[0][1] + box[1][1]) / 2], { icon: L.divIcon({ className: 'read-icon', html: body, iconSize: [0, 0] }), interactive: false, keyboard: false }));
    other.addLayer(L.circleMarker(shape.getCenter(), { ...style, radius: 9 }));
  };
  e.hideOther = () => other.clearLayers();

  function look(one, lit) {
    const colour = e.colour(one.verdict);
    return { color: lit ? '#111' : colour, weight: lit ? 4 : 2, opacity: 1, fillColor: colour, fillOpacity: lit ? 0.4 : 0 };
  }

  /** Overlaps of one site: `places` = [{numbers: [place among the findings], verdict, geometry}]. */
  e.showOverlaps = function (places, { hover, choose }) {
    overlaps.clearLayers();
    drawn.clear();
    hovered = null;
    const spots = new Map();
    // The gravest lies on top.
    for (const one of [...places].reverse()) {
      const style = { renderer: renderers.overlaps, pane: 'overlaps', className: 'overlap', ...look(one, false) };
      const drawnWith = (look) => L.geoJSON(one.geometry, { ...look, style: look, pointToLayer: (_, at) => L.circleMarker(at, { ...look, radius: 8 }) });
      overlaps.addLayer(drawnWith({ renderer: renderers.fills, pane: 'fills', interactive: false, stroke: false, fillColor: style.color, fillOpacity: 1 }));
      const shape = drawnWith(style);
      shape.on('mouseover', () => hover(one.numbers[0]));
      shape.on('mouseout', () => hover(null));
      shape.on('click', (event) => (L.DomEvent.stopPropagation(event), choose(one.numbers[0])));
      overlaps.addLayer(shape);
      for (const number of one.numbers) drawn.set(number, { one, shape });
      const bounds = shape.getBounds();
      if (!bounds.isValid()) continue;
      const at = topOf(one.geometry) || bounds.getCenter();
      const key = `${at.lat.toFixed(5)} ${at.lng.toFixed(5)}`;
      // The last is the gravest: its colour and its number come first.
      const numbers = [...one.numbers, ...(spots.has(key) ? spots.get(key).numbers : [])];
      spots.set(key, { at, numbers, verdict: one.verdict });
    }
    labels = [];
    for (const { at, numbers, verdict } of [...spots.values()].sort((a, b) => Math.min(...a.numbers) - Math.min(...b.numbers))) {
      const body = e.h('span', { class: 'number v-' + verdict }, runs(numbers));
      const marker = L.marker(at, { icon: L.divIcon({ className: 'number-icon', html: body, iconSize: [0, 0] }), pane: 'numbers', keyboard: false, zIndexOffset: 1000 * (spots.size - labels.length) });
      marker.on('mouseover', () => hover(numbers[0]));
      marker.on('mouseout', () => hover(null));
      marker.on('click', () => choose(numbers[0]));
      overlaps.addLayer(marker);
      for (const number of numbers) drawn.get(number).marker = marker;
      labels.push({ at, body });
    }
    spread();
  };
  e.hideOverlaps = () => (overlaps.clearLayers(), drawn.clear(), (labels = []));

  // Where a number may go that would lie upon a graver one, in its own widths and heights.
  const AROUND = [[0, 0], [1, 0], [-1, 0], [0, 1], [0, -1], [1, 1], [-1, 1], [1, -1], [-1, -1]];

  /** Put numbers beside each other, the gravest where it belongs. */
  function spread() {
    const taken = [];
    for (const { at, body } of labels) {
      const { x, y } = map.latLngToLayerPoint(at);
      const [width, height] = [body.offsetWidth + 5, body.offsetHeight + 5];
      const boxAt = ([right, down]) => ({ right, down, x: x + right * width, y: y + down * height, width, height });
      const free = (box) => !taken.some((other) => Math.abs(other.x - box.x) < (other.width + width) / 2 && Math.abs(other.y - box.y) < (other.height + height) / 2);
      const rings = [1, 2, 3].flatMap((ring) => AROUND.map(([right, down]) => boxAt([right * ring, down * ring])));
      const box = rings.find(free) || rings[0];
      taken.push(box);
      body.style.setProperty('--right', `${box.right * width}px`);
      body.style.setProperty('--down', `${box.down * height}px`);
    }
  }

  e.hasOverlap = (number) => drawn.has(number);

  /** Numbers as they are counted from one, those that follow each other together: 1–3·7. */
  function runs(numbers) {
    const sorted = numbers.map((number) => number + 1).sort((a, b) => a - b);
    const parts = [];
    for (const number of sorted) {
      const last = parts[parts.length - 1];
      if (last && number === last[1] + 1) last[1] = number;
      else parts.push([number, number]);
    }
    return parts.map(([a, b]) => (a === b ? a : b === a + 1 ? `${a}·${b}` : `${a}–${b}`)).join('·');
  }

  // The northernmost corner: a number there hides the least.
  function topOf(geometry) {
    let top = null;
    const walk = (part) => {
      if (typeof part[0] === 'number') {
        if (!top || part[1] > top[1]) top = part;
      } else part.forEach(walk);
    };
    if (geometry.coordinates) walk(geometry.coordinates);
    else (geometry.geometries || []).forEach((one) => walk(one.coordinates));
    return top && L.latLng(top[1], top[0]);
  }

  /** Make one overlap stand out (null: none). */
  e.lightOverlap = function (number) {
    if (number === hovered) return;
    const set = (one, lit) => {
      const found = drawn.get(one);
      if (!found) return;
      found.shape.setStyle(look(found.one, lit));
      if (lit) found.shape.bringToFront();
      const element = found.marker && found.marker.getElement();
      if (element) element.classList.toggle('lit', lit);
    };
    if (hovered !== null) {
      set(hovered, false);
      [...new Set(drawn.values())].sort((a, b) => b.one.numbers[0] - a.one.numbers[0]).forEach(({ shape }) => shape.bringToFront());
    }
    hovered = number;
    if (number !== null) set(number, true);
  };

  e.goToOverlap = function (number) {
    const found = drawn.get(number);
    if (!found) return;
    const bounds = found.shape.getBounds();
    if (!map.getBounds().pad(-0.1).contains(bounds) || map.getBoundsZoom(bounds) > map.getZoom() + 2.5) e.goTo([[bounds.getSouth(), bounds.getWest()], [bounds.getNorth(), bounds.getEast()]]);
  };
})(window.ecozone);
