'use strict';
// The sites: their shapes in their verdict's colour, a sign and a name each.
(function (e) {
  const MANY_SHAPES = 1500; // beyond this, shapes go on a canvas
  const MANY_MARKERS = 600; // beyond this, only the worst in view are marked
  const marked = new Map();
  const drawnOf = new Map();
  const kept = new Map(); // the shapes of each site, so that a filter does not make them anew
  const renderers = {};
  let map, shapes, filter = null, also = null, selected = null, going = null, labelling = 0;

  const passes = (site) => (filter === null || site.verdict === filter) && (also === null || also(site));

  /** Whether the filters let a site through. */
  e.passes = passes;
  /** The sites that the filter lets through, worst first. */
  e.filteredSites = () => e.data.sites.filter(passes);
  e.filter = () => filter;

  function look(site, casing) {
    const colour = e.colour(site.verdict);
    const line = site.shape === 'line';
    if (casing) return { color: '#fff', weight: line ? 7 : 5, opacity: 0.9, fill: false };
    const chosen = site === selected ? 1.5 : 0;
    return {
      color: colour,
      weight: (line ? 3.5 : 2.2) + chosen,
      opacity: 1,
      fill: !line,
      fillColor: colour,
      fillOpacity: site === selected ? 0.35 : 0.2,
      dashArray: site.round ? '5 4' : null,
    };
  }

  const DEPTHS = { LineString: 0, MultiLineString: 1, Polygon: 1, MultiPolygon: 2 };

  function drawnShape(shape, options) {
    if (!Object.hasOwn(DEPTHS, shape.type)) return L.geoJSON(shape, { ...options, style: options });
    const places = L.GeoJSON.coordsToLatLngs(shape.coordinates, DEPTHS[shape.type]);
    return shape.type.endsWith('Polygon') ? L.polygon(places, options) : L.polyline(places, options);
  }

  function drawShapes() {
    shapes.clearLayers();
    drawnOf.clear();
    const many = e.data.sites.length > MANY_SHAPES;
    const renderer = (renderers[many] = renderers[many] || (many ? L.canvas({ pane: 'sites' }) : L.svg({ pane: 'sites', padding: 0.3 })));
    // The worst are drawn last and lie on top.
    for (const site of e.filteredSites().reverse()) {
      if (!site.at || site.shape === 'point') continue;
      if (!kept.has(site)) kept.set(site, shapesOf(site, renderer, many ? [false] : [true, false]));
      for (const [casing, drawn] of kept.get(site)) {
        if (!casing) drawnOf.set(site, drawn.setStyle(look(site, false)));
        shapes.addLayer(drawn);
      }
    }
  }

  function shapesOf(site, renderer, casings) {
    const shape = site.g;
    return casings.map((casing) => {
      const drawn = drawnShape(shape, { renderer, pane: 'sites', interactive: !casing, ...look(site, casing) });
      if (!casing) drawn.on('click', () => e.openSite(site));
      return [casing, drawn];
    });
  }

  function marker(site) {
    const body = e.h('div', { class: 'site-mark' }, e.verdictSign(site.verdict), e.h('span', { class: 'site-name' }, site.name));
    const made = L.marker(site.at, {
      icon: L.divIcon({ className: 'site-icon v-' + site.verdict, html: body, iconSize: null }),
      riseOnHover: true,
      zIndexOffset: 1000 * (e.data.verdicts.length - e.data.verdicts.findIndex((verdict) => verdict.key === site.verdict)),
    });
    made.on('click', () => e.openSite(site));
    // Leaflet opens a marker on Enter only where it holds a popup of its own.
    made.on('keydown', (event) => event.originalEvent.key === 'Enter' && e.openSite(site, { focus: true }));
    made.on('add', () => made.getElement().setAttribute('aria-label', `${site.name}: ${e.verdictWords[site.verdict]}`));
    return made;
  }

  function drawMarkers() {
    const all = e.filteredSites().filter((site) => site.at);
    const inView = all.length <= MANY_MARKERS ? all : all.filter((site) => map.getBounds().pad(0.1).contains(site.at));
    const wanted = inView.slice(0, MANY_MARKERS);
    e.say('markers', { shown: wanted.length, cut: inView.length > wanted.length });
    const keep = new Set(wanted);
    for (const [site, made] of marked) {
      if (!keep.has(site)) {
        made.remove();
        marked.delete(site);
      }
    }
    for (const site of wanted) {
      if (!marked.has(site)) marked.set(site, marker(site).addTo(map));
    }
    e.relabel();
  }

  /** Place labels once, after whatever is going on now has been drawn. */
  e.relabel = function () {
    cancelAnimationFrame(labelling);
    labelling = requestAnimationFrame(e.relabelNow);
  };

  /** Place labels at once: a page about to be printed is given no further frame. */
  e.relabelNow = () => e.placeLabels(map, e.data.sites.filter((site) => marked.has(site)).map((site) => marked.get(site)));

  /** Show only sites of one verdict, or all (null). */
  e.setFilter = function (verdict) {
    filter = verdict;
    drawShapes();
    drawMarkers();
    e.say('filter');
  };

  /** Show only sites that a function says yes to, beside the verdict's filter; all with null. */
  e.narrow = function (holds, verdict = filter) {
    also = holds;
    e.setFilter(verdict);
  };

  function select(site) {
    const before = selected;
    selected = site;
    for (const one of [before, site]) {
      if (one && marked.has(one)) marked.get(one).getElement().classList.toggle('selected', one === site);
    }
    for (const one of before === site ? [] : [before, site]) {
      if (one && drawnOf.has(one)) drawnOf.get(one).setStyle(look(one, false));
    }
    e.lendLayers(site);
    e.say('selected', site);
  }

  /** Say of what is known of a site: in a popup, unless a page has another place for it. */
  e.presentSite = function (site, focus) {
    const opener = document.activeElement;
    const popup = e.openSitePopup(map, site, () => {
      if (selected === site) select(null);
      if (focus && popup.getElement().contains(document.activeElement)) opener.focus();
    });
    if (focus) popup.getElement().querySelector('h3').focus({ preventScroll: true });
  };
  // How near a site is brought, and where to: to the lower third, so that the popup has room above it.
  e.presentAt = { room: 0.66, down: 0.2, closest: 15.5, atOnce: false };

  /** Open no site any more. */
  e.closeSite = () => selected && select(null);

  /** Open a site; with `zoom`, go there first; with `focus`, the keyboard goes with it. */
  e.openSite = function (site, { zoom = false, focus = null } = {}) {
    const show = () => {
      select(site);
      e.presentSite(site, focus);
    };
    if (!zoom || !site.box || e.presentAt.atOnce) show();
    if (!zoom || !site.box) return undefined;
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const height = map.getSize().y;
    const nearer = Math.min(map.getBoundsZoom(site.box, false, L.point(160, height * e.presentAt.room)), e.presentAt.closest);
    const middle = map.project(L.latLngBounds(site.box).getCenter(), nearer).subtract([0, height * e.presentAt.down]);
    map.closePopup();
    // A second click on the way there overrules the first.
    going = site;
    map.once('moveend', () => {
      if (going !== site) return;
      going = null;
      if (!e.presentAt.atOnce) show();
    });
    map.flyTo(map.unproject(middle, nearer), nearer, { duration: 0.6, animate: !calm });
    return undefined;
  };

  e.drawSites = function (onto) {
    if (!map) {
      map = onto;
      map.createPane('sites').style.zIndex = '500';
      shapes = L.layerGroup().addTo(map);
      map.on('zoomend resize', e.relabel);
      map.on('moveend', () => e.data.sites.length > MANY_MARKERS && drawMarkers());
    }
    marked.forEach((made) => made.remove());
    marked.clear();
    kept.clear();
    filter = also = selected = going = null;
    drawShapes();
    drawMarkers();
    e.on('layers', e.relabel);
  };
})(window.ecozone);
