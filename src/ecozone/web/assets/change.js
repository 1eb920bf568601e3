'use strict';
// What changed between two years: the map, the classes that became others, gains and losses, and what may be a violation.
(function (e) {
  const LISTED = 200;
  const FIRST = ['xlsx', 'html', 'svg'];
  const chosen = { pair: null, zone: null, tab: 'map', layer: '', sought: '', site: null, align: false };
  let place = null;
  let answer = null;
  let legend = null;
  let going = null;
  let told = '';
  let drawn = null; // the map

  const pairName = ([first, second]) => `${first}—${second}`;
  const hectares = (m2) => (Math.round(m2 / 100) / 100).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

  // --- what may be a violation -----------------------------------------------------------------------------------
  const passing = () => {
    const sought = chosen.sought.trim().toLowerCase();
    return answer.page.sites.filter((one) => (!chosen.layer || one.findings[0].layer === chosen.layer) && (!sought || `${one.name}\n${one.summary}\n${one.facts.map(([, value]) => value).join('\n')}`.toLowerCase().includes(sought)));
  };

  function detail(one) {
    const { strings } = answer.page;
    const finding = one.findings[0];
    return e.h(
      'div',
      { class: 'marked-detail' },
      e.pairs(one.facts),
      e.h('p', {}, strings[finding.sentence]),
      strings[finding.procedure] && e.h('p', { class: 'reason' }, strings[finding.procedure]),
      strings[finding.citation] && e.h('p', { class: 'citation' }, strings[finding.citation]),
      finding.uncompared && e.h('p', { class: 'doubt' }, e.t('uncompared'))
    );
  }

  function list(box, count) {
    const found = passing();
    count.textContent = e.p('change_count', { shown: found.length, all: answer.page.marked });
    const items = found.slice(0, LISTED).map((one) => {
      const button = e.h('button', { type: 'button', class: 'site', 'aria-expanded': String(one === chosen.site), click: () => choose(one === chosen.site ? null : one, true) }, e.verdictSign('review'), e.h('span', { class: 'site-text' }, e.h('b', {}, one.name), e.h('small', {}, one.summary)));
      const item = e.h('li', { class: one === chosen.site ? 'open' : null }, button, one === chosen.site ? detail(one) : null);
      if (one === chosen.site) requestAnimationFrame(() => item.scrollIntoView({ block: 'nearest' }));
      return item;
    });
    const rest = found.length - items.length;
    box.replaceChildren(e.h('ul', { class: 'sites' }, items), rest > 0 ? e.h('p', { class: 'quiet' }, e.t('list_cut', { shown: items.length, rest })) : '', found.length ? '' : e.h('p', { class: 'quiet' }, e.t('nothing_found')));
  }

  let redraw = () => {};

  function choose(one, go) {
    const focused = document.activeElement && document.activeElement.closest('.marked-list');
    chosen.site = one;
    redraw();
    if (drawn) drawn.mark(one, go);
    if (one && focused) {
      const open = place.querySelector('.marked-list [aria-expanded="true"]');
      if (open) open.focus({ preventScroll: true });
    }
    if (one) e.speak(one.name);
  }

  function aside() {
    const box = e.h('div', { class: 'marked-list' });
    const count = e.h('p', { class: 'row-count', role: 'status' });
    redraw = () => list(box, count);
    const layers = new Map(answer.page.sites.map((one) => [one.findings[0].layer, one.findings[0].title]));
    const search = e.h('input', { type: 'search', class: 'search', placeholder: e.t('table_search'), 'aria-label': e.t('table_search'), input: (event) => ((chosen.sought = event.target.value), redraw()) });
    search.value = chosen.sought;
    redraw();
    return e.h(
      'aside',
      { class: 'change-aside', 'aria-label': e.p('change_marked') },
      e.h('div', { class: 'aside-head' }, e.h('h3', {}, e.p('change_marked')), e.h('p', { class: 'hint' }, e.p('change_marked_hint')), layers.size > 1 ? e.choice('change_layer', [['', e.p('change_layers_all')], ...layers], chosen.layer, (value) => ((chosen.layer = value), redraw())) : null, search, count),
      box
    );
  }

  // --- what became what ------------------------------------------------------------------------------------------
  function matrix() {
    const zones = new Map(answer.document.transitions.map((one) => [one.zone, one.title]));
    if (!zones.has(chosen.zone)) chosen.zone = zones.keys().next().value;
    const part = e.h('div', { class: 'matrix-page', tabindex: 0, role: 'region', 'aria-label': e.p('change_tab_matrix') });
    const draw = () => {
      const rows = answer.document.transitions.filter((one) => one.zone === chosen.zone && one.area_m2 > 0);
      const codes = new Map();
      for (const one of rows) {
        codes.set(one.from_code, one.from_label);
        codes.set(one.to_code, one.to_label);
      }
      const order = e.district.land_cover.map((one) => one.code).filter((code) => codes.has(code));
      const names = [...order, ...[...codes.keys()].filter((code) => !order.includes(code))];
      const areas = new Map(rows.map((one) => [`${one.from_code}>${one.to_code}`, one.area_m2]));
      const area = (from, to) => areas.get(`${from}>${to}`) || 0;
      const most = Math.max(1, ...rows.filter((one) => one.from_code !== one.to_code).map((one) => one.area_m2));
      const total = (list) => list.reduce((sum, one) => sum + one, 0);
      const [first, second] = answer.document.years;
      const cell = (from, to) => {
        const m2 = area(from, to);
        const made = e.h('td', { class: from === to ? 'same' : m2 ? 'moved' : 'none' }, m2 ? hectares(m2) : '·');
        if (m2 && from !== to) {
          made.style.setProperty('--share', `${Math.round(12 + 68 * Math.sqrt(m2 / most))}%`);
          made.title = e.p('change_became', { before: codes.get(from), after: codes.get(to), hectares: hectares(m2) });
        }
        return made;
      };
      const colour = new Map(e.district.land_cover.map((one) => [one.code, one.colour]));
      const name = (code) => [e.s('svg', { class: 'class-mark', viewBox: '0 0 10 10', 'aria-hidden': 'true' }, e.s('rect', { width: 10, height: 10, fill: colour.get(code) || '#fff', stroke: '#5f6b76' })), codes.get(code)];
      const head = e.h('tr', {}, e.h('th', { scope: 'col', class: 'corner' }, e.p('change_from_to', { first, second })), names.map((code) => e.h('th', { scope: 'col' }, name(code))), e.h('th', { scope: 'col' }, e.p('change_sum', { year: first })));
      const body = names.map((from) => e.h('tr', {}, e.h('th', { scope: 'row' }, name(from)), names.map((to) => cell(from, to)), e.h('td', { class: 'sum' }, hectares(total(names.map((to) => area(from, to)))))));
      const foot = e.h('tr', {}, e.h('th', { scope: 'row' }, e.p('change_sum', { year: second })), names.map((to) => e.h('td', { class: 'sum' }, hectares(total(names.map((from) => area(from, to)))))), e.h('td', { class: 'sum' }, hectares(total(rows.map((one) => one.area_m2)))));
      const table = e.h('table', { class: 'matrix' }, e.h('caption', {}, e.p('change_matrix_of', { zone: zones.get(chosen.zone), first, second })), e.h('thead', {}, head), e.h('tbody', {}, body), e.h('tfoot', {}, foot));
      part.replaceChildren(e.choice('change_zone', [...zones], chosen.zone, (value) => ((chosen.zone = value), draw())), e.h('div', { class: 'wide' }, table), e.h('p', { class: 'hint' }, e.p('change_matrix_hint')));
    };
    draw();
    return part;
  }

  // --- all of it -------------------------------------------------------------------------------------------------
  function head() {
    const pairs = e.district.year_pairs.map((pair) => [pairName(pair), pairName(pair)]);
    return e.h(
      'div',
      { class: 'year-head' },
      e.h('h2', { tabindex: -1 }, e.p('change_title', { name: e.district.name })),
      e.h('div', { class: 'choices' }, e.choice('change_years', pairs, pairName(chosen.pair), (value) => ((chosen.pair = e.district.year_pairs.find((pair) => pairName(pair) === value)), (chosen.site = null), ask()))),
      answer ? e.h('details', { class: 'year-take' }, e.h('summary', {}, e.p('take_title')), e.takePart(answer, 'change', FIRST)) : null
    );
  }

  const ofRows = (table) => ({ ...table, rows: () => table.rows, cells: (row) => row });

  function show() {
    const mapPlace = e.h('div', { class: 'change-map-place' });
    const pages = [
      { key: 'map', title: e.p('change_tab_map'), element: mapPlace, renew: () => drawn && drawn.refresh() },
      { key: 'matrix', title: e.p('change_tab_matrix'), element: matrix() },
    ];
    for (const table of answer.page.tables || []) {
      const made = new e.Table(ofRows(table));
      pages.push({ key: table.key, title: e.p(`change_tab_${table.key}`), element: made.element, renew: () => made.renew() });
    }
    const notices = answer.page.notices || [];
    const tabbed = e.tabbed(pages, chosen.tab, e.p('year_tabs'), (key) => (chosen.tab = key));
    place.replaceChildren(head(), e.h('div', { class: 'change-body' }, aside(), e.h('div', { class: 'change-main' }, tabbed, notices.length ? e.h('details', { class: 'year-notes' }, e.h('summary', {}, e.p('year_notes', { count: notices.length })), e.noticesPart(notices)) : null)));
    if (drawn) drawn.end();
    drawn = e.changeMap(mapPlace, { years: answer.document.years, legend, classes: answer.document.transitions.flatMap((one) => (one.area_m2 > 0 ? [one.from_code, one.to_code] : [])), patches: answer.page.layers[0], marked: answer.page.sites, choose: (one) => choose(one, false) });
    if (chosen.site) drawn.mark(chosen.site, true);
  }

  async function ask() {
    if (going) going.leave();
    const own = (going = e.work());
    answer = null;
    const title = e.p('change_title', { name: e.district.name });
    const found = await e.workFor(place, title, { kind: 'change', years: chosen.pair, align: chosen.align }, { signal: own, again: ask });
    if (own !== going) return;
    if (!found) {
      place.prepend(head());
      const other = e.button(e.p('change_align'), () => ((chosen.align = true), ask()));
      if (place.querySelector('.problem') && !chosen.align) place.querySelector('.year-wait').append(other, e.h('p', { class: 'hint' }, e.p('change_align_hint')));
      return;
    }
    legend = await e.askJson(`/tiles/legend?lang=${e.lang}`);
    answer = found;
    told = e.lang;
    chosen.site = null;
    show();
  }

  e.addView({
    key: 'change',
    draw(where) {
      place = e.h('div', { class: 'year-view change-view' });
      where.replaceChildren(place);
      const pairs = e.district.year_pairs || [];
      if (!pairs.length) {
        place.replaceChildren(e.h('p', { class: 'quiet-line lone' }, e.p('change_no_pair')));
        return;
      }
      chosen.pair = chosen.pair || pairs.find(([first, second]) => first === Math.min(...e.district.years) && second === Math.max(...e.district.years)) || pairs[pairs.length - 1];
      if (answer && told === e.lang) show();
      else ask();
    },
    leave() {
      if (going && !answer) going.leave();
      if (drawn) drawn.end();
      drawn = null;
    },
  });
})(window.ecozone);
