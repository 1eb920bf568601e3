'use strict';
// The map of two years: the land cover of one beside that of the other behind a line that moves, and what changed on top.
(function (e) {
  const HOME_ROOM = 28;
  const PATCH_ROOM = 0.35;
  const OPACITY = { change: 0.32, land: 0.92 }; // of the classes, where the other stands out or they do

  const roles = { district: true, barrier_zone: true, red_line: true };

  /** A map in `place`; `how` = {years, patches, classes (codes that occur), marked, choose}. Gives {go, mark, end}. */
  e.changeMap = function (place, { years, legend, patches, classes, marked, choose }) {
    const holder = e.h('div', { class: 'change-map', 'aria-label': e.p('change_map_label'), role: 'application' });
    holder.style.position = 'absolute'; // Leaflet asks before the style sheet counts
    const map = L.map(holder, { zoomControl: false, attributionControl: false, zoomSnap: 0.25, minZoom: 4, maxZoom: 20, pmIgnore: true });
    const said = e.h('p', { class: 'tile-notice', role: 'status' });
    const heard = new Set();
    const hear = (words) => {
      if (heard.has(words)) return;
      heard.add(words);
      said.textContent = [...heard].join(' ');
    };
    const pane = (name, level) => {
      const made = map.createPane(name);
      made.style.zIndex = String(level);
      return name;
    };
    const listened = (tiles) => tiles.on('notice', ({ notice }) => hear(e.p('tiles_' + notice))).on('problem', ({ problem }) => hear(problem.message));
    const raster = years.every((year) => (e.district.tiles || []).includes(year));

    // --- the two years -------------------------------------------------------------------------------------------
    const land = raster ? years.map((year, i) => listened(e.tiles(`/tiles/landcover/${year}/{z}/{x}/{y}.png`, { pane: pane('year-' + i, 200 + i) })).addTo(map)) : [];
    if (!raster) hear(e.p('change_no_tiles'));
    const slider = e.h('input', { type: 'range', min: 0, max: 100, step: 1, value: 50, class: 'swipe-range', 'aria-label': e.p('change_swipe', { first: years[0], second: years[1] }) });
    const line = e.h('div', { class: 'swipe-line', 'aria-hidden': 'true' }, e.h('span', { class: 'swipe-grip' }));
    const names = years.map((year, i) => e.h('span', { class: 'swipe-year at-' + i }, year));

    function clip() {
      const size = map.getSize();
      const share = Number(slider.value) / 100;
      const [corner, end] = [map.containerPointToLayerPoint([0, 0]), map.containerPointToLayerPoint(size)];
      const middle = corner.x + size.x * share;
      const part = (left, right) => `polygon(${left}px ${corner.y}px, ${right}px ${corner.y}px, ${right}px ${end.y}px, ${left}px ${end.y}px)`;
      if (raster) {
        map.getPane('year-0').style.clipPath = part(corner.x, middle);
        map.getPane('year-1').style.clipPath = part(middle, end.x);
      }
      line.style.left = `${size.x * share}px`;
      names[0].style.right = `${size.x * (1 - share) + 10}px`;
      names[1].style.left = `${size.x * share + 10}px`;
      names[0].hidden = share < 0.05;
      names[1].hidden = share > 0.95;
      slider.setAttribute('aria-valuetext', e.p('change_swipe_at', { first: years[0], second: years[1], share: Math.round(share * 100) }));
    }
    slider.addEventListener('input', clip);
    map.on('move zoom resize zoomanim', clip);
    line.addEventListener('pointerdown', (event) => {
      event.preventDefault();
      line.setPointerCapture(event.pointerId);
      const drag = (moved) => {
        const box = holder.getBoundingClientRect();
        slider.value = String(Math.max(0, Math.min(100, ((moved.clientX - box.left) / box.width) * 100)));
        clip();
      };
      line.addEventListener('pointermove', drag);
      line.addEventListener('lostpointercapture', () => line.removeEventListener('pointermove', drag), { once: true });
    });

    // --- what changed --------------------------------------------------------------------------------------------
    pane('change', 300);
    const changed = raster
      ? listened(e.tiles(`/tiles/change/${years[0]}-${years[1]}/{z}/{x}/{y}.png`, { pane: 'change' }))
      : L.geoJSON(
          patches.features.map((one) => ({ type: 'Feature', geometry: one.g, properties: one })),
          { pane: 'change', renderer: L.canvas({ pane: 'change' }), interactive: false, style: ({ properties }) => ({ stroke: false, fillColor: patches.styles[properties.s].fill, fillOpacity: 0.9 }) }
        );
    changed.addTo(map);
    land.forEach((tiles) => tiles.setOpacity(OPACITY.change));

    // --- the control layers --------------------------------------------------------------------------------------
    pane('bounds', 410);
    const bounds = L.layerGroup(
      e.district.layers
        .filter((layer) => roles[layer.role])
        .map((layer) =>
          L.geoJSON(
            layer.features.map((one) => ({ type: 'Feature', geometry: one.g, properties: one })),
            { pane: 'bounds', renderer: L.svg({ pane: 'bounds' }), interactive: false, style: ({ properties }) => ({ fill: false, color: layer.styles[properties.s].stroke, weight: layer.role === 'district' ? 2.4 : 1.8, dashArray: layer.role === 'district' ? '10 4 2 4' : null, opacity: 0.95 }) }
          )
        )
    ).addTo(map);

    // --- what may be a violation ---------------------------------------------------------------------------------
    pane('marked', 450);
    const renderer = L.svg({ pane: 'marked', padding: 0.3 });
    const shapes = new Map();
    const marks = L.layerGroup();
    const halo = L.layerGroup();
    const both = L.layerGroup([marks, halo]).addTo(map);
    for (const one of marked) {
      if (!one.g) continue;
      const shape = L.geoJSON(one.g, { pane: 'marked', renderer, style: { color: '#111', weight: 1.4, fill: true, fillOpacity: 0 } });
      shape.on('click', () => choose(one));
      shapes.set(one, shape);
      marks.addLayer(shape);
    }

    // --- frame ---------------------------------------------------------------------------------------------------
    const toggle = (key, layer) => {
      const box = e.h('input', { type: 'checkbox', change: () => (box.checked ? layer.addTo(map) : layer.remove()) });
      box.checked = true;
      return e.h('label', {}, box, e.p(key));
    };
    // Either what changed stands out, or the classes of both years do.
    const looks = (name) => {
      for (const tiles of land) tiles.setOpacity(OPACITY[name]);
      landLegend(name);
      changeKey.hidden = name === 'land';
      if (name === 'land') changed.remove();
      else changed.addTo(map);
    };
    const look = (name) => {
      const button = e.h('input', { type: 'radio', name: 'change-look', value: name, change: () => looks(name) });
      button.checked = name === 'change';
      return e.h('label', {}, button, e.p('change_look_' + name));
    };
    const swatch = (colour, opacity = 1) => e.s('svg', { class: 'swatch', viewBox: '0 0 30 18', 'aria-hidden': 'true' }, e.s('rect', { x: 1, y: 1, width: 28, height: 16, fill: colour, 'fill-opacity': opacity, stroke: '#5f6b76', 'stroke-width': 0.8 }));
    // The classes that occur, in the colours that they have on the map at the moment.
    const present = new Set(classes);
    const landList = e.h('ul', { class: 'land-key' });
    let shown = 'change';
    const landLegend = (name = shown) => {
      shown = name;
      landList.replaceChildren(...e.district.land_cover.filter((one) => present.has(one.code)).map((one) => e.h('li', {}, swatch(one.colour, OPACITY[name]), one.label)));
    };
    for (const tiles of land)
      tiles.on('classes', ({ codes }) => {
        const before = present.size;
        for (const code of codes) present.add(code);
        if (present.size > before) landLegend();
      });
    landLegend();
    const changeItems = raster ? legend.change.map((one) => e.h('li', {}, swatch(one.colour), one.label)) : patches.styles.map((one) => e.h('li', {}, swatch(one.fill), one.label));
    const changeKey = e.h('div', { class: 'change-key' }, e.h('h4', {}, e.p('change_legend_change')), e.h('ul', {}, changeItems));
    const key = e.h(
      'details',
      { class: 'change-legend', open: true },
      e.h('summary', {}, e.t('legend')),
      e.h('div', { class: 'change-legend-body', tabindex: 0, role: 'group', 'aria-label': e.t('legend') },
      raster ? e.h('div', { class: 'toggles', role: 'radiogroup', 'aria-label': e.p('change_look') }, look('change'), look('land')) : null,
      e.h('div', { class: 'toggles' }, marked.length ? toggle('change_show_marked', both) : null, toggle('change_show_bounds', bounds)),
      changeKey,
      marked.length ? e.h('ul', {}, e.h('li', {}, e.s('svg', { class: 'swatch', viewBox: '0 0 30 18', 'aria-hidden': 'true' }, e.s('rect', { x: 2, y: 2, width: 26, height: 14, fill: 'none', stroke: '#111', 'stroke-width': 2 })), e.p('change_marked'))) : null,
      raster ? [e.h('h4', {}, e.p('change_legend_land')), landList] : null)
    );
    const tool = (icon, words, act) => e.h('button', { type: 'button', title: e.t(words), 'aria-label': e.t(words), click: act }, e.s('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true' }, e.s('path', { d: icon })));
    const home = () => map.fitBounds(e.district.box, { animate: false, padding: [HOME_ROOM, HOME_ROOM] });
    const tools = e.h('div', { class: 'map-tools' }, tool('M12 5v14M5 12h14', 'zoom_in', () => map.zoomIn(1)), tool('M5 12h14', 'zoom_out', () => map.zoomOut(1)), tool('M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5', 'whole', home));
    for (const part of [key, tools, line, slider]) {
      L.DomEvent.disableClickPropagation(part);
      L.DomEvent.disableScrollPropagation(part);
    }
    const notice = e.district.schematic ? e.h('p', { class: 'schematic', role: 'note' }, e.h('b', {}, e.t('schematic_mark')), e.district.schematic) : null;
    place.replaceChildren(e.h('div', { class: 'change-frame' }, notice, e.h('div', { class: 'change-holder' }, holder, raster ? [line, names, e.h('div', { class: 'swipe-bar' }, e.h('span', {}, years[0]), slider, e.h('span', {}, years[1]))] : null, e.h('div', { class: 'change-tools' }, tools), key, said)));
    L.control.scale({ imperial: false, maxWidth: 130, position: 'bottomleft' }).addTo(map);
    map.invalidateSize({ animate: false });
    home();
    clip();
    e.addBasemap(map);

    return {
      map,
      /** Show a patch, and that it is the one meant. */
      mark(one, go) {
        halo.clearLayers();
        const shape = one && shapes.get(one);
        if (!shape) return;
        for (const [colour, weight] of [['#fff', 7], ['#c2185b', 3.2]]) halo.addLayer(L.geoJSON(one.g, { pane: 'marked', renderer, interactive: false, style: { fill: false, color: colour, weight } }));
        if (go) map.fitBounds(shape.getBounds().pad(PATCH_ROOM), { animate: false, maxZoom: 16 });
      },
      refresh() {
        map.invalidateSize({ animate: false });
        clip();
      },
      end() {
        map.remove();
      },
    };
  };
})(window.ecozone);
