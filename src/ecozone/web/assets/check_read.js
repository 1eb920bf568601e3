'use strict';
// Step two: what was understood, other readings of it, and what the projects are.
(function (e) {
  const WIDEST = 50000; // m around a point or line
  const LISTED = 50; // sites with a type of their own to choose
  const FIELDS = ['crs', 'datum', 'encoding', 'layer'];
  const DATUMS = { cgcs2000: 'CGCS2000', wgs84: 'WGS 84', gcj02: 'GCJ-02', bd09: 'BD-09' };

  const words = (value) => (Array.isArray(value) ? value.join(' ') : value || '');

  function typeEntries() {
    return e.district.types.map((type) => ({ key: type.key, label: type.label, hint: words(type.names), words: `${words(type.words)} ${words(type.tags)} ${words(type.names)}` }));
  }

  // --- what was understood ---------------------------------------------------------------------------------------
  const SIZES = { area: 'area_m2', line: 'length_m' };
  function sizeOf(site) {
    if (site.size) return site.size;
    const value = site[SIZES[site.kind]];
    if (value > 0 && site.kind === 'area') return e.p('hectares', { value: (value / 10000).toFixed(4) });
    const length = value > 0 ? e.p('metres', { value: value.toFixed(1) }) : '';
    if (length) return [length, site.radius_m && e.p('radius_words', { value: site.radius_m })].filter(Boolean).join(' · ');
    return site.radius_m ? e.p('radius_words', { value: site.radius_m }) : '';
  }

  function understood(read) {
    const several = read.understood.length > 1;
    const places = read.sites.length === 1 ? placesOf(read.sites[0]) : [];
    return read.understood.map((one) => e.h('div', { class: 'understood' }, several && e.h('h4', {}, one.file), e.pairs([...one.facts, ...places])));
  }

  function totals(read) {
    const kinds = ['area', 'line', 'point'].map((kind) => [kind, read.sites.filter((site) => site.kind === kind).length]).filter(([, count]) => count);
    const total = read.sites.reduce((sum, site) => sum + (site.kind === 'area' ? site.area_m2 || 0 : 0), 0);
    const counted = kinds.map(([kind, count]) => e.p('count_' + kind, { count })).join(e.p('between'));
    const area = total > 0 ? e.p('area_total', { hectares: (total / 10000).toFixed(4), mu: (total * 0.0015).toFixed(2) }) : '';
    return e.h('p', { class: 'totals' }, e.h('b', {}, e.p('read_count', { count: read.sites.length })), ' ', [counted, area].filter(Boolean).join(' · '));
  }

  // --- other readings --------------------------------------------------------------------------------------------
  /** Other readings, each a choice; where it would lie is shown while one looks at it. */
  e.readingsPart = function (readings, choose, open) {
    if (!readings || readings.every((one) => one.current)) return null;
    const items = readings.map((one) => {
      const look = () => !one.current && e.showOther(one.box, one.label);
      const button = e.h(
        'button',
        { type: 'button', class: 'reading', 'aria-pressed': String(Boolean(one.current)), click: () => (e.hideOther(), one.current || choose(one.options)), mouseenter: look, mouseleave: e.hideOther, focus: look, blur: e.hideOther },
        e.h('span', { class: 'radio', 'aria-hidden': 'true' }),
        e.h('span', { class: 'reading-text' }, e.h('b', {}, one.label, one.current && e.h('em', {}, e.p('reading_now'))), one.where && e.h('small', {}, one.where))
      );
      const there = !one.current && one.box && e.button(e.p('see_place'), () => (e.showOther(one.box, one.label), e.goTo(one.box)), { kind: 'small icon', sign: 'place', 'aria-label': `${e.p('see_place')}: ${one.label}`, title: e.p('see_place') });
      return e.h('li', {}, button, there);
    });
    const list = e.h('ul', { class: 'readings' }, items);
    return open ? e.h('section', {}, e.h('h3', {}, e.p('readings_choose')), list) : e.h('details', { class: 'fold' }, e.h('summary', {}, e.p('readings_other', { count: readings.filter((one) => !one.current).length })), list);
  };

  /** What the user may declare by hand. */
  e.declarePart = function (options, change, open) {
    const datums = () => [e.h('option', { value: '' }, e.p('declare_datum_none')), ...Object.entries(DATUMS).map(([key, name]) => e.h('option', { value: key }, name))];
    const fields = FIELDS.map((key) => {
      const input = key === 'datum' ? e.h('select', { id: 'declare-datum' }, datums()) : e.h('input', { type: 'text', id: 'declare-' + key, placeholder: e.p('declare_sample_' + key), spellcheck: 'false', autocomplete: 'off', maxlength: 200 });
      input.value = options[key] || '';
      return e.h('div', { class: 'field' }, e.h('label', { for: 'declare-' + key }, e.p('declare_' + key)), input);
    });
    const send = (event) => {
      event.preventDefault();
      change(Object.fromEntries(FIELDS.map((key, i) => [key, fields[i].querySelector('input, select').value.trim() || null])));
    };
    const form = e.h('form', { class: 'declare', submit: send }, fields, e.h('div', { class: 'row-end' }, e.h('button', { type: 'submit', class: 'button' }, e.p('read_again'))));
    return e.h('details', { class: 'fold', open }, e.h('summary', {}, e.p('declare')), form);
  };

  // --- what the projects are -------------------------------------------------------------------------------------
  function typesPart(state) {
    const entries = typeEntries();
    const known = (key) => entries.find((one) => one.key === key);
    const all = e.combobox({ entries, chosen: state.options.project_type || '', label: e.p('type_all'), placeholder: e.p('type_placeholder'), empty: e.p('type_none'), change: (key) => ((state.options.project_type = key || null), e.changed()) });
    const parts = [e.h('div', { class: 'field' }, e.h('label', { for: all.input.id }, e.p(state.read.sites.length > 1 ? 'type_all' : 'type_one')), all.part, e.h('p', { class: 'hint' }, e.p('type_hint')))];
    if (state.read.sites.length > 1) {
      const listed = state.read.sites.slice(0, LISTED);
      const rows = () =>
        listed.map((site) => {
          const given = state.types[site.id] || (known(site.project_type) ? site.project_type : '');
          const own = e.combobox({ entries, chosen: given, label: `${e.p('type_one')}: ${site.name || site.id}`, placeholder: e.p('type_as_all'), empty: e.p('type_as_all'), change: (key) => (key ? (state.types[site.id] = key) : delete state.types[site.id], e.changed()) });
          const place = e.h('button', { type: 'button', class: 'link', click: () => e.goTo(boxOf(site)) }, site.name || site.id);
          return e.h('li', {}, e.h('span', { class: 'row-name' }, e.sign(site.kind), place, e.h('small', {}, sizeOf(site))), own.part);
        });
      const rest = state.read.sites.length - listed.length;
      const fold = e.h('details', { class: 'fold', toggle: () => fold.open && fold.children.length === 1 && fold.append(e.h('ul', { class: 'own-types' }, rows()), rest ? e.h('p', { class: 'hint' }, e.p('types_cut', { shown: LISTED, rest })) : '') }, e.h('summary', {}, e.p('types_own', { count: state.read.sites.length })));
      parts.push(fold);
    }
    return parts;
  }

  const boxOf = (site) => {
    if (!site.geometry) return null;
    const bounds = L.geoJSON(site.geometry).getBounds();
    return [[bounds.getSouth(), bounds.getWest()], [bounds.getNorth(), bounds.getEast()]];
  };

  /** What stands in the radius field: {value: metres or null} or {trouble}. */
  e.radiusSaid = function (state) {
    const given = state.options.radius_m || null;
    if (state.radius === null) return { value: given };
    const said = state.radius.normalize('NFKC').trim();
    const value = said ? Number(said) : null;
    return value === null || (value > 0 && value <= WIDEST) ? { value } : { value: given, trouble: e.p('radius_bad', { most: WIDEST }) };
  };

  function radiusHint(state) {
    if (!state.own.length) return e.p('radius_hint');
    const some = state.own.slice(0, 4).map((value) => e.p('metres', { value }));
    const values = some.join(e.p('between')) + (state.own.length > some.length ? ' …' : '');
    return state.options.radius_m ? e.p('radius_overrides', { value: state.options.radius_m, values }) : e.p('radius_own', { values });
  }

  function radiusPart(state) {
    if (!state.read.sites.some((site) => site.kind !== 'area')) return null;
    const trouble = e.h('p', { class: 'field-trouble', role: 'alert', id: 'radius-trouble' });
    const input = e.h('input', { type: 'text', id: 'radius', inputmode: 'decimal', autocomplete: 'off', maxlength: 20, placeholder: e.p(state.own.length ? 'radius_file' : 'radius_none'), 'aria-describedby': 'radius-trouble radius-hint' });
    input.value = state.radius === null ? state.options.radius_m || '' : state.radius;
    const tell = () => {
      trouble.textContent = e.radiusSaid(state).trouble || '';
      input.setAttribute('aria-invalid', String(Boolean(trouble.textContent)));
    };
    tell();
    input.addEventListener('input', () => ((state.radius = input.value), e.changed()));
    input.addEventListener('change', () => (tell(), e.radiusTyped()));
    return e.h('div', { class: 'field' }, e.h('label', { for: 'radius' }, e.p('radius')), e.h('div', { class: 'unit' }, input, e.h('span', {}, e.p('metre'))), trouble, e.h('p', { class: 'hint', id: 'radius-hint' }, radiusHint(state)));
  }

  // --- all of it -------------------------------------------------------------------------------------------------
  /** The second step: the card of what was understood. */
  e.readPart = function (state) {
    const { read } = state;
    // What was refused, mended or is doubtful is seen at once; how the rest was read can be looked up.
    const grave = read.notices.filter((one) => one.severity !== 'info');
    const rest = read.notices.filter((one) => one.severity === 'info');
    const lead = read.sites.length === 1 ? [e.h('p', { class: 'totals' }, nameOf(read.sites[0]), ' ', [e.p('kind_' + read.sites[0].kind), sizeOf(read.sites[0])].filter(Boolean).join(' · '))] : [totals(read)];
    const outside = read.sites.filter((site) => ['partly', 'wholly'].includes(site.outside));
    return [
      e.h('h2', { tabindex: -1 }, e.p('read_title')),
      e.h('section', { class: 'card' }, lead, understood(read)),
      outside.length ? e.h('p', { class: 'doubt' }, e.p('outside', { count: outside.length, name: e.district.name })) : null,
      grave.length ? e.h('section', { class: 'grave' }, e.h('h3', {}, e.p('read_grave')), e.noticesPart(grave)) : null,
      e.readingsPart(read.readings, (patch) => e.readAgain(patch), outside.length > 0 || (read.readings || []).every((one) => !one.current)),
      rest.length ? e.h('details', { class: 'fold' }, e.h('summary', {}, e.p('read_notices', { count: rest.length })), e.noticesPart(rest)) : null,
      e.h('h3', {}, e.p('project_title')),
      typesPart(state),
      radiusPart(state),
      e.declarePart(state.options, (patch) => e.readAgain(patch), false),
    ];
  };

  const LONG = 60; // letters of a name of which the rest is told on pointing at it
  function nameOf(site) {
    const name = site.name || site.id;
    return name.length > LONG ? e.h('b', { class: 'long', title: name }, name) : e.h('b', {}, name);
  }

  function placesOf(site) {
    return site.places.length ? [[e.p('lies_in'), site.places.join(e.p('between'))]] : [];
  }
})(window.ecozone);
