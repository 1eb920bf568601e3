'use strict';
// Ways out of conflicts: the part to give up is hatched, what is left is outlined, where a shift leads is dashed.
(function (e) {
  const HATCH = 'hatch-given-up';
  const KINDS = ['part', 'left', 'moved'];
  let map, group, renderer, on = false;

  const looks = {
    part: () => ({ color: e.colour('prohibited'), weight: 1.5, fillColor: `url(#${HATCH})`, fillOpacity: 1 }),
    left: () => ({ color: e.colour('ink'), weight: 3, fill: false }),
    moved: () => ({ color: e.colour('accent'), weight: 2.5, dashArray: '9 5', fill: false }),
  };

  const withWays = () => e.filteredSites().filter((site) => site.ways);
  const used = (kind) => withWays().some((site) => site.ways[kind]);

  function pattern() {
    const line = e.s('line', { x1: 3.5, y1: 0, x2: 3.5, y2: 7, stroke: e.colour('prohibited'), 'stroke-width': 2.4 });
    const tile = e.s('rect', { width: 7, height: 7, fill: '#fff', 'fill-opacity': 0.55 });
    const attributes = { id: HATCH, width: 7, height: 7, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' };
    const defs = e.s('defs', {}, e.s('pattern', attributes, tile, line));
    document.body.append(e.s('svg', { class: 'hatches', width: 0, height: 0, 'aria-hidden': 'true' }, defs));
  }

  function draw() {
    group.clearLayers();
    if (!on) return;
    for (const site of withWays()) {
      for (const kind of KINDS) {
        const shape = site.ways[kind];
        if (!shape) continue;
        const look = { ...looks[kind](), renderer, pane: 'ways', interactive: false };
        const point = (_, at) => L.circleMarker(at, { ...look, radius: 9 });
        group.addLayer(L.geoJSON(shape, { ...look, style: look, pointToLayer: point }));
      }
    }
  }

  function swatch(kind) {
    const look = looks[kind]();
    const box = { x: 2, y: 2, width: 26, height: 14, stroke: look.color, 'stroke-width': look.weight, 'stroke-dasharray': look.dashArray };
    const picture = e.s('rect', { ...box, fill: look.fill === false ? 'none' : look.fillColor });
    return e.s('svg', { class: 'swatch', viewBox: '0 0 30 18', 'aria-hidden': 'true', focusable: 'false' }, picture);
  }

  /** Legend entries of the ways that are shown. */
  e.wayLegend = () => (on ? KINDS.filter(used).map((kind) => e.h('li', {}, swatch(kind), e.t('ways_' + kind))) : []);

  /** The switch in the panel, none where no site has a way. */
  e.waySwitch = function () {
    if (!e.data.sites.some((site) => site.ways)) return null;
    const box = e.h('input', { type: 'checkbox', change: () => show(box.checked) });
    box.checked = on;
    const row = e.h('li', { class: 'layer' }, e.h('label', {}, box, swatch('part'), e.h('span', {}, e.t('ways'))));
    return e.h('section', {}, e.h('h3', {}, e.t('ways_control')), e.h('ul', { class: 'layers' }, row));
  };

  /** The ways of a site in words, for its popup. */
  e.wayContent = function (site) {
    if (!site.ways) return null;
    const told = site.ways.told.map((one) =>
      e.h('li', {}, e.h('b', {}, one.title), e.h('span', {}, one.way), e.h('small', {}, one.sentence))
    );
    return e.h('section', { class: 'ways' }, e.h('h4', {}, e.t('ways')), e.h('ul', { class: 'states' }, told), e.h('p', { class: 'doubt' }, e.t('ways_mean')));
  };

  function show(wanted) {
    on = wanted;
    draw();
    e.say('layers');
  }

  e.drawWays = function (onto) {
    if (!map) {
      map = onto;
      map.createPane('ways').style.zIndex = '505';
      map.getPane('ways').style.pointerEvents = 'none';
      renderer = L.svg({ pane: 'ways', padding: 0.3 });
      group = L.layerGroup().addTo(map);
      pattern();
    }
    e.on('filter', draw);
    show(e.data.sites.some((site) => site.ways));
  };
})(window.ecozone);
