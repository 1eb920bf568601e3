'use strict';
// What opens on a click: a site with its findings and clauses, or a zone with its source.
(function (e) {
  const facts = (pairs) => e.h('dl', { class: 'facts' }, pairs.map(([name, value]) => [e.h('dt', {}, name), e.h('dd', {}, value)]));

  /** A verdict in sign and word. */
  e.verdictTag = (verdict) =>
    e.h('span', { class: 'verdict-tag v-' + verdict }, e.verdictSign(verdict), e.verdictWords[verdict] || verdict);

  function finding(one) {
    const clauses = ['procedure', 'citation'].filter((key) => one[key] !== undefined).map((key) => [e.t(key), e.shared(one[key])]);
    return e.h(
      'li',
      { class: 'finding v-' + one.verdict },
      e.h('div', { class: 'finding-head' }, e.h('h4', {}, one.title), e.verdictTag(one.verdict)),
      one.name && e.h('p', { class: 'zone-name' }, one.name),
      one.noise && e.h('p', { class: 'doubt' }, e.t('noise')),
      e.h('p', { class: 'sentence' }, e.sentence(one)),
      facts([...one.facts, ...clauses]),
      one.uncompared && e.h('p', { class: 'doubt' }, e.t('uncompared'))
    );
  }

  const stateRows = (states) =>
    e.h(
      'ul',
      { class: 'states' },
      states.map((state) => e.h('li', {}, e.h('b', {}, state.title), e.h('span', {}, state.words), state.reason && e.h('small', {}, e.reason(state))))
    );

  /** All that is known of a site. */
  e.siteContent = function (site) {
    const unknown = site.states.filter((state) => state.state === 'no_data');
    const told = new Set(site.findings.map((one) => one.title));
    const other = site.states.filter((state) => state.state !== 'no_data' && !told.has(state.title));
    return e.h(
      'article',
      { class: 'site-popup' },
      e.h('header', { class: 'popup-head v-' + site.verdict }, e.verdictTag(site.verdict), e.h('h3', { tabindex: -1 }, site.name)),
      facts([...(site.id === site.name ? [] : [[e.t('site_id'), site.id]]), ...site.facts]),
      site.findings.length ? e.h('ol', { class: 'findings', 'aria-label': e.t('findings') }, site.findings.map(finding)) : null,
      !site.findings.length && !unknown.length ? e.h('p', { class: 'sentence' }, e.t('no_findings')) : null,
      e.wayContent(site),
      unknown.length ? e.h('section', { class: 'unknown' }, e.h('h4', {}, e.t('states_unknown')), stateRows(unknown)) : null,
      other.length ? e.h('details', {}, e.h('summary', {}, `${e.t('states_other')} (${other.length})`), stateRows(other)) : null
    );
  };

  function zoneContent(layer, zone) {
    const style = layer.styles[zone.s];
    return e.h(
      'article',
      { class: 'zone-popup' },
      e.h('h3', { tabindex: -1 }, e.swatch(layer, style), style.label),
      zone.n && zone.n !== style.label && e.h('p', { class: 'zone-name' }, zone.n),
      facts(layer.source),
      layer.schematic && e.h('p', { class: 'doubt' }, e.data.schematic)
    );
  }

  function open(map, at, content, label, after) {
    const frame = map.getContainer();
    const legend = frame.querySelector('.legend');
    const popup = L.popup({
      maxWidth: Math.min(430, frame.clientWidth - 90),
      minWidth: Math.min(300, frame.clientWidth - 90),
      maxHeight: Math.max(180, Math.round(frame.clientHeight * 0.6)),
      autoPanPaddingTopLeft: [50, 56],
      autoPanPaddingBottomRight: [Math.min(frame.clientWidth / 4, legend.offsetWidth + 20), 40],
      className: 'ecozone-popup',
    });
    popup.setLatLng(at).setContent(content).openOn(map);
    const element = popup.getElement();
    element.setAttribute('role', 'dialog');
    element.setAttribute('aria-label', label);
    element.querySelector('.leaflet-popup-close-button').setAttribute('aria-label', e.t('close'));
    element.addEventListener('keydown', (event) => event.key === 'Escape' && map.closePopup(popup));
    popup.on('remove', () => after && after());
    return popup;
  }

  /** Open a site's popup: at the upper edge of an area, so that the area is seen; in the middle of all else. */
  e.openSitePopup = function (map, site, after) {
    const edge = site.shape === 'area' && [site.box[1][0], site.at[1]];
    const at = edge && map.getBounds().contains(edge) ? edge : site.at || map.getCenter();
    return open(map, at, e.siteContent(site), `${site.name}: ${e.verdictWords[site.verdict]}`, after);
  };

  e.openZone = (layer, zone, at) => open(e.map, at, zoneContent(layer, zone), layer.styles[zone.s].label);
})(window.ecozone);
