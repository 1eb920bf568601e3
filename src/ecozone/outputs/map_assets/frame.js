'use strict';
// What frames the map: the notice, the legend of what is shown, scale, position, north, buttons; and printing.
(function (e) {
  function still(element) {
    L.DomEvent.disableClickPropagation(element);
    L.DomEvent.disableScrollPropagation(element);
    return element;
  }

  // --- legend ----------------------------------------------------------------------------------------------------
  function legendEntries() {
    const sites = e.filteredSites().filter((site) => site.at);
    const signs = e.data.verdicts
      .filter((verdict) => sites.some((site) => site.verdict === verdict.key))
      .map((verdict) => e.h('li', { class: 'v-' + verdict.key }, e.verdictSign(verdict.key), verdict.words));
    if (sites.some((site) => site.round)) {
      const ring = e.s('rect', { x: 1, y: 1, width: 28, height: 16, rx: 8, class: 'round' });
      signs.push(e.h('li', {}, e.s('svg', { class: 'swatch', viewBox: '0 0 30 18', 'aria-hidden': 'true' }, ring), e.t('legend_round')));
    }
    const shown = e.data.layers.filter(e.isShown);
    const zones = [...shown.filter((layer) => !layer.ground), ...shown.filter((layer) => layer.ground)].flatMap((layer) => {
      const used = new Set(layer.features.map((zone) => zone.s));
      const styles = layer.styles.filter((_, i) => used.has(i));
      if (!styles[0].level) return [e.h('li', {}, e.swatch(layer, styles[0]), layer.title)];
      return [e.h('li', {}, layer.title), ...styles.map((style) => e.h('li', { class: 'level' }, e.swatch(layer, style), style.level))];
    });
    return [signs, e.wayLegend(), zones].filter((part) => part.length).map((part) => e.h('ul', {}, part));
  }

  function legend() {
    const body = e.h('div', { class: 'legend-body', id: 'legend-body', tabindex: 0, role: 'group', 'aria-label': e.t('legend') }, legendEntries());
    const words = e.h('span', { class: 'fold', 'aria-hidden': 'true' });
    const button = e.h('button', { type: 'button', 'aria-expanded': 'true', 'aria-controls': 'legend-body' }, e.h('b', {}, e.t('legend')), words);
    const fold = (open) => {
      button.setAttribute('aria-expanded', String(open));
      button.title = e.t(open ? 'legend_hide' : 'legend_show');
      body.hidden = !open;
    };
    button.addEventListener('click', () => fold(body.hidden));
    fold(!['view-both', 'view-tables'].some((view) => document.body.classList.contains(view)));
    e.on('view', (view) => fold(view === 'map'));
    const refresh = () => body.replaceChildren(...legendEntries());
    e.on('layers', refresh);
    e.on('filter', refresh);
    return still(e.h('section', { class: 'legend', 'aria-label': e.t('legend') }, button, body));
  }

  // --- position and scale ----------------------------------------------------------------------------------------
  const place = e.h('output', { class: 'position' });

  function position(map) {
    const say = (at) => {
      const there = at.wrap();
      place.textContent = `${e.degrees(there.lng, 'EW', 1)}  ${e.degrees(there.lat, 'NS', 1)}`;
    };
    map.on('mousemove', (event) => say(event.latlng));
    map.on('mouseout moveend', () => say(map.getCenter()));
  }

  function north() {
    const picture = e.s('svg', { viewBox: '0 0 24 40', 'aria-hidden': 'true' }, e.s('path', { d: 'M12 2 20 34 12 28Z', class: 'dark' }), e.s('path', { d: 'M12 2 4 34 12 28Z', class: 'light' }));
    return e.h('div', { class: 'north' }, e.h('span', {}, e.t('north')), picture);
  }

  const ICONS = {
    whole: 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5',
    panel: 'M3 4h18v16H3zM9 4v16',
    print: 'M7 9V3h10v6M7 17H4V9h16v8h-3M7 14h10v7H7z',
    in: 'M12 5v14M5 12h14',
    out: 'M5 12h14',
  };

  function tool(icon, key, act) {
    const picture = e.s('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false' }, e.s('path', { d: ICONS[icon] }));
    return e.h('button', { type: 'button', title: e.t(key), 'aria-label': e.t(key), click: act }, picture);
  }

  function tools(map, home) {
    const name = () => (document.body.classList.contains('no-panel') ? 'panel_show' : 'panel_hide');
    const panel = tool('panel', name(), () => {
      document.body.classList.toggle('no-panel');
      panel.title = e.t(name());
      panel.setAttribute('aria-label', e.t(name()));
      map.invalidateSize({ pan: false });
    });
    return still(
      e.h(
        'div',
        { class: 'map-tools' },
        tool('in', 'zoom_in', () => map.zoomIn(1)),
        tool('out', 'zoom_out', () => map.zoomOut(1)),
        tool('whole', 'whole', home),
        panel,
        tool('print', 'print', () => window.print())
      )
    );
  }

  // --- printing --------------------------------------------------------------------------------------------------
  function printing(map) {
    let before = null;
    const resize = (then) => {
      map.invalidateSize({ animate: false, pan: false });
      then();
      e.relabelNow();
    };
    window.addEventListener('beforeprint', () => {
      before = { centre: map.getCenter(), zoom: map.getZoom(), area: map.getBounds() };
      map.closePopup();
      document.body.classList.add('printing');
      e.say('print', true);
      resize(() => map.fitBounds(before.area, { animate: false }));
    });
    window.addEventListener('afterprint', () => {
      document.body.classList.remove('printing');
      e.say('print', false);
      resize(() => map.setView(before.centre, before.zoom, { animate: false }));
    });
  }

  let parts = null;
  let scale = null;

  e.drawFrame = function (map, home) {
    const frame = map.getContainer();
    if (!parts) {
      position(map);
      printing(map);
      scale = L.control.scale({ imperial: false, maxWidth: 150, position: 'bottomleft' }).addTo(map);
    } else parts.forEach((part) => part.remove());
    frame.setAttribute('role', 'main');
    frame.setAttribute('aria-label', e.t('map_label'));
    const cut = e.h('p', { class: 'cut', role: 'status' });
    e.on('markers', ({ shown, cut: some }) => (cut.textContent = some ? e.t('markers_cut', { shown }) : ''));
    parts = [
      ...(e.data.schematic ? [e.h('p', { class: 'schematic', role: 'note' }, e.h('b', {}, e.t('schematic_mark')), e.data.schematic)] : []),
      e.h('div', { class: 'top-right' }, north(), tools(map, home)),
      legend(),
      e.h('div', { class: 'foot' }, scale.getContainer(), place, e.h('span', { class: 'foot-note' }, e.t('note_footer'))),
      cut,
    ];
    frame.append(...parts);
  };
})(window.ecozone);
