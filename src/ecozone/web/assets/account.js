'use strict';
// The year's account: zones, indicators and years against their targets, with intervals and status in words.
(function (e) {
  const BY = ['', 'resolved', 'subdistrict', 'level-subdistrict', 'control-unit'];
  const FIRST = ['xlsx', 'docx', 'html'];
  const chosen = { year: '', by: '', profile: null, tab: 'ratios', row: null };
  let place = null;
  let answer = null;
  let going = null;
  let told = ''; // language and choice that the answer is for

  const word = (key) => e.texts['words.' + key] || key;

  // --- the answer as rows ----------------------------------------------------------------------------------------
  /** One row a zone, indicator and profile: what is written of it, and the figures behind. */
  function rowsOf({ document: whole, page }) {
    if (!page.ratios) return [];
    const groups = new Map();
    for (const one of whole.rows) {
      const key = JSON.stringify([one.zone, one.indicator]);
      if (!groups.has(key)) groups.set(key, new Map());
      const of = groups.get(key);
      if (!of.has(one.profile)) of.set(one.profile, []);
      of.get(one.profile).push(one);
    }
    const listed = [...groups.values()];
    const aimed = (group) => [...group.values()].flat().some((one) => one.target !== null);
    const sorted = [...listed.filter(aimed), ...listed.filter((group) => !aimed(group))];
    return page.ratios.groups.flatMap((group, i) => {
      const own = [...sorted[i].entries()];
      return group.rows.map((row, k) => {
        const [profile, years] = own[k];
        const last = years[years.length - 1];
        const target = (whole.targets || []).find((one) => one.zone === last.zone && one.profile === profile && (one.indicator === last.indicator || one.measured_as === last.indicator)) || null;
        return { group, row, profile, years, zone: last.zone, indicator: last.indicator, unit: last.unit, target, aimed: Boolean(group.target) };
      });
    });
  }

  const profiles = (rows) => [...new Set(rows.map((one) => one.profile).filter((one) => one !== null))];
  const fits = (one) => one.profile === null || !chosen.profile || one.profile === chosen.profile;

  // --- one indicator in full -------------------------------------------------------------------------------------
  const statusTag = (row) => (row.status ? e.h('span', { class: 'status s-' + row.status }, e.h('b', {}, row.status_words)) : '');

  function points(one) {
    return one.years
      .filter((year) => year.year !== null)
      .map((year) => {
        const at = answer.page.ratios.years.indexOf(year.year);
        const words = (at >= 0 && one.row.values[at]) || one.row.other;
        return { year: year.year, value: year.value, low: year.ci_low, high: year.ci_high, words };
      });
  }

  function facts(one) {
    const { target } = one;
    if (!target) return null;
    const two = (value) => `${value.toFixed(2)}${one.unit === '%' ? '%' : ' km²'}`;
    const pace = (value) => e.p('year_pace_words', { value: value.toFixed(2) });
    const pairs = [
      [e.p('year_baseline'), target.baseline === null ? null : e.p('year_value_in', { value: two(target.baseline), year: target.baseline_year })],
      [e.p('year_target'), target.target === null ? null : e.p('year_value_in', { value: two(target.target), year: target.target_year }) + (target.kind ? ' · ' + word(target.kind) : '')],
      [e.p('year_gap'), one.row.gap],
      [e.p('year_actual_pace'), target.actual_pace === null || one.unit !== '%' ? null : pace(target.actual_pace)],
      [e.p('year_required_pace'), target.required_pace === null || one.unit !== '%' ? null : pace(target.required_pace)],
      [e.p('year_attainment'), target.attainment_year],
      [e.p('year_basis'), target.basis ? word(target.basis) : null],
      [e.p('year_source'), [target.source, target.clause].filter(Boolean).join(' ')],
    ];
    return e.pairs(pairs.filter(([, value]) => value !== null && value !== undefined && value !== ''));
  }

  function detail(one) {
    const name = [one.group.indicator, one.row.profile].filter(Boolean).join(' · ');
    const last = points(one).pop();
    const picture = e.trendPicture({ title: e.p('year_trend_of', { zone: one.group.zone, indicator: name, course: points(one).map((point) => `${point.year} ${point.words}`).join('; ') }), unit: one.unit, points: points(one), target: one.target });
    const reason = (one.target && one.target.reason) || (one.years[one.years.length - 1] || {}).reason;
    return [
      e.h('h3', { tabindex: -1 }, one.group.zone),
      e.h('p', { class: 'what' }, name),
      e.h('p', { class: 'figure' }, e.h('strong', {}, last ? last.words : '—'), last && last.words !== one.row.other ? e.h('span', {}, last.year) : null, statusTag(one.row)),
      one.row.by_count && e.h('p', { class: 'by-count' }, one.row.by_count),
      reason && e.h('p', { class: 'reason' }, reason),
      picture && e.h('figure', {}, picture, one.target ? e.h('figcaption', {}, legend('point', e.p('year_measured')), one.target.baseline !== null ? legend('base', e.p('year_baseline')) : null, legend('aim', e.p('year_target')), points(one).some((point) => point.low !== null) ? legend('whisker', e.p(one.target.basis === 'layer' ? 'year_range' : 'year_interval')) : null) : null),
      facts(one),
    ];
  }

  const SIGNS = { point: 'M8 5a3 3 0 1 0 .1 0z', base: 'M5 5h6v6H5z', aim: 'M8 2l6 6-6 6-6-6z', whisker: 'M8 2V14M5 2h6M5 14h6' };
  const legend = (name, words) => e.h('span', {}, e.s('svg', { viewBox: '0 0 16 16', class: 'trend-sign', 'aria-hidden': 'true' }, e.s('path', { d: SIGNS[name], class: name })), words);

  // --- the table of indicators -----------------------------------------------------------------------------------
  function ratioTable(rows) {
    const years = answer.page.ratios ? answer.page.ratios.years : [];
    const head = (aimed) =>
      e.h(
        'tr',
        {},
        e.h('th', { scope: 'col' }, e.p('year_indicator')),
        years.map((year) => e.h('th', { scope: 'col', class: 'number' }, year)),
        aimed ? [e.h('th', { scope: 'col', class: 'number' }, e.p('year_target')), ...['year_progress', 'year_status', 'year_gap'].map((key) => e.h('th', { scope: 'col' }, e.p(key)))] : null
      );
    const line = (one) => {
      const { row } = one;
      const open = e.h('button', { type: 'button', class: 'row-open', click: () => choose(one, true) }, one.group.indicator, row.profile && e.h('small', {}, row.profile));
      const cells = years.map((_, i) => e.h('td', { class: 'number' }, row.values[i], row.intervals[i] && e.h('small', {}, row.intervals[i])));
      if (row.other && cells.length) cells[cells.length - 1].append(row.other);
      const last = one.years[one.years.length - 1];
      const bullet = one.target && e.bulletPicture(one.target, last.value, [last.ci_low, last.ci_high]);
      const made = e.h(
        'tr',
        { class: 'indicator', click: (event) => event.target.closest('button') || choose(one, false) },
        e.h('th', { scope: 'row' }, open),
        cells,
        one.aimed ? [e.h('td', { class: 'number' }, one.group.target), e.h('td', {}, bullet), e.h('td', {}, statusTag(row), row.by_count && e.h('small', {}, row.by_count)), e.h('td', {}, row.gap)] : null
      );
      one.element = made;
      return made;
    };
    const bodies = (some) => {
      const zones = new Map();
      for (const one of some) {
        if (!zones.has(one.group.zone)) zones.set(one.group.zone, []);
        zones.get(one.group.zone).push(one);
      }
      return [...zones].map(([zone, own]) => e.h('tbody', {}, e.h('tr', { class: 'zone' }, e.h('th', { scope: 'rowgroup', colspan: years.length + (some[0].aimed ? 5 : 1) }, zone)), own.map(line)));
    };
    const part = (key, some) => (some.length ? e.h('table', { class: some[0].aimed ? 'account' : 'account free' }, e.h('caption', {}, e.p(key)), e.h('thead', {}, head(some[0].aimed)), bodies(some)) : null);
    const shown = rows.filter(fits);
    return e.h('div', { class: 'account-page', tabindex: 0, role: 'region', 'aria-label': e.p('year_tab_ratios') }, part('year_with_target', shown.filter((one) => one.aimed)), part('year_without_target', shown.filter((one) => !one.aimed)), !rows.length && e.h('p', { class: 'quiet' }, e.p('year_nothing')));
  }

  function choose(one, focus) {
    chosen.row = JSON.stringify([one.zone, one.indicator, one.profile]);
    place.querySelectorAll('.indicator[aria-current]').forEach((row) => row.removeAttribute('aria-current'));
    if (one.element) one.element.setAttribute('aria-current', 'true');
    const side = place.querySelector('.account-detail');
    side.replaceChildren(...detail(one).flat().filter(Boolean));
    side.scrollTop = 0;
    if (focus) e.speak(`${one.group.zone} ${one.group.indicator} ${one.row.status_words}`);
  }

  // --- the choices -----------------------------------------------------------------------------------------------
  function choices(rows) {
    const years = [['', e.p('year_all')], ...e.district.years.map((year) => [String(year), year])];
    const kinds = [['', e.p('year_profiles_all')], ...profiles(rows).map((one) => [one, word(one)])];
    return e.h(
      'div',
      { class: 'choices' },
      e.choice('year_profile', kinds, chosen.profile || '', (value) => ((chosen.profile = value), show())),
      e.choice('year_year', years, chosen.year, (value) => ((chosen.year = value), ask())),
      e.choice('year_by', BY.map((by) => [by, e.p('year_by_' + (by || 'none').replace('-', '_'))]), chosen.by, (value) => ((chosen.by = value), (chosen.tab = value ? null : 'ratios'), ask()))
    );
  }

  const ofRows = (table) => ({ ...table, rows: () => table.rows, cells: (row) => row });

  /** Tabs over the table of indicators and the further tables of the answer. */
  function pages(rows) {
    const made = [{ key: 'ratios', title: e.p('year_tab_ratios'), element: ratioTable(rows) }];
    for (const table of answer.page.tables || []) {
      if (table.key === 'ratios') continue;
      const drawn = new e.Table(ofRows(table));
      made.push({ key: table.key, title: table.title, element: drawn.element, renew: () => drawn.renew() });
    }
    if (!made.some((one) => one.key === chosen.tab)) chosen.tab = (made.find((one) => one.key === (chosen.by === 'resolved' ? 'resolved' : 'breakdown')) || made[0]).key;
    return e.tabbed(made, chosen.tab, e.p('year_tabs'), (key) => (chosen.tab = key));
  }

  function show() {
    const rows = rowsOf(answer);
    if (chosen.profile === null) chosen.profile = profiles(rows)[0] || '';
    const aside = e.h('aside', { class: 'account-detail', 'aria-label': e.p('year_detail'), 'aria-live': 'polite' });
    const notices = answer.page.notices || [];
    place.replaceChildren(
      e.h(
        'div',
        { class: 'year-head' },
        e.h('h2', { tabindex: -1 }, e.p('year_title', { name: e.district.name })),
        choices(rows),
        e.h('details', { class: 'year-take' }, e.h('summary', {}, e.p('take_title')), e.takePart(answer, 'ratios', FIRST))
      ),
      e.h('div', { class: 'account-body' }, e.h('div', { class: 'account-main' }, pages(rows), notices.length ? e.h('details', { class: 'year-notes' }, e.h('summary', {}, e.p('year_notes', { count: notices.length })), e.noticesPart(notices)) : null), aside)
    );
    const open = rows.filter(fits).find((one) => JSON.stringify([one.zone, one.indicator, one.profile]) === chosen.row) || rows.filter(fits).find((one) => one.target && one.unit === '%' && (one.target.measured_as || one.target.indicator) === one.target.indicator) || rows.filter(fits).find((one) => one.aimed && one.target) || rows.find(fits);
    if (open) choose(open, false);
  }

  async function ask() {
    if (going) going.leave();
    const own = (going = e.work());
    answer = null;
    const words = { kind: 'ratios', years: chosen.year ? [Number(chosen.year)] : null, by: chosen.by ? [chosen.by] : [] };
    const found = await e.workFor(place, e.p('year_title', { name: e.district.name }), words, { signal: own, again: ask });
    if (own !== going || !found) return;
    answer = found;
    told = e.lang;
    show();
  }

  e.addView({
    key: 'account',
    draw(where) {
      place = e.h('div', { class: 'year-view account-view' });
      where.replaceChildren(place);
      if (!e.district.years.length) place.replaceChildren(e.h('p', { class: 'quiet-line lone' }, e.p('year_no_cover')));
      else if (answer && told === e.lang) show();
      else ask();
    },
    leave() {
      if (going && !answer) going.leave();
    },
  });
})(window.ecozone);
