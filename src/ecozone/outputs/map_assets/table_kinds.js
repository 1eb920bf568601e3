'use strict';
// Which tables there are, and the part of the page that holds them.
(function (e) {
  let current = null;
  let selected = null;
  let height = 0;
  let watched = false;

  e.rankOf = (verdict) => e.data.verdicts.findIndex((one) => one.key === verdict);
  e.selectedSite = () => selected;
  e.rowHeight = () => height || (height = 2.1 * parseFloat(getComputedStyle(document.documentElement).fontSize));

  const column = (key, kind, head = false) => ({ title: e.t('column_' + key), kind, head });
  /** A column that paper has no room for; the sentence beside it says it too. */
  const wide = (key, kind) => ({ ...column(key, kind), paper: false });

  const ruled = () => (e.data.tables || []).some((table) => table.key === 'overrides');

  /** A table without the column of overrides where there are none. */
  function lean(table) {
    const kept = table.columns.map((one) => ruled() || one.title !== e.t('column_override'));
    const cells = table.cells;
    return { ...table, columns: table.columns.filter((_, i) => kept[i]), cells: (row) => cells(row).filter((_, i) => kept[i]) };
  }

  function ofSites() {
    return {
      key: 'sites',
      title: e.t('table_sites'),
      columns: [
        ...[column('verdict', 'verdict'), column('override', 'text'), column('id', 'text', true), column('name', 'text')],
        ...[column('type', 'text'), column('m2', 'number'), column('hectares', 'number'), column('mu', 'number')],
        ...[column('length', 'number'), column('summary', 'long'), wide('source', 'text')],
      ],
      rows: () => e.data.sites,
      cells(site) {
        const [ruled, type, m2, hectares, mu, length, source] = site.cells || [];
        return [site.verdict, ruled, site.id, site.name, type, m2, hectares, mu, length, site.summary, source];
      },
      site: (site) => site,
      verdict: (site) => site.verdict,
    };
  }

  // Rows of findings and states are a site and a number: 20 000 sites have 400 000 of them, and few are ever looked at.
  const rowsOf = (part) => {
    let made = null;
    return () => made || (made = e.data.sites.flatMap((site) => site.order[part].map((_, i) => ({ site, i }))));
  };

  function ofFindings() {
    return {
      key: 'findings',
      title: e.t('table_findings'),
      columns: [
        ...[column('verdict', 'verdict'), column('override', 'long'), column('id', 'text', true), column('name', 'text')],
        ...[column('layer', 'text'), column('zone', 'text'), column('overlap', 'number'), column('share', 'number')],
        ...[wide('zone_share', 'number'), wide('crossing', 'number'), wide('distance', 'number'), wide('depth', 'number')],
        ...[wide('firmness', 'text'), column('sentence', 'long'), column('procedure', 'long'), column('citation', 'long')],
      ],
      rows: rowsOf(1),
      cells({ site, i }) {
        const one = site.findings[i];
        const [overlap, share, zoneShare, crossing, distance, depth, firmness, ruled] = one.cells || [];
        return [
          ...[one.verdict, ruled, site.id, site.name, one.title, one.name, overlap, share, zoneShare, crossing, distance, depth],
          ...[firmness, (one.noise ? `${e.t('noise')}；` : '') + e.sentence(one), e.shared(one.procedure), e.shared(one.citation)],
        ];
      },
      site: ({ site }) => site,
      verdict: ({ site }) => site.verdict,
    };
  }

  function ofStates() {
    return {
      key: 'states',
      title: e.t('table_states'),
      columns: [column('id', 'text', true), column('name', 'text'), column('layer', 'text'), column('state', 'text'), column('reason', 'long')],
      rows: rowsOf(2),
      cells({ site, i }) {
        const one = site.states[i];
        return [site.id, site.name, one.title, one.words, e.reason(one)];
      },
      site: ({ site }) => site,
      verdict: ({ site }) => site.verdict,
      part: {
        title: e.t('only_unknown'),
        keep: ({ site, i }) => ['no_data', 'not_checked'].includes(site.states[i].state),
      },
    };
  }

  // The panel prints the indicators.
  const ofRows = (table) => ({ ...table, paper: table.key !== 'ratios', rows: () => table.rows, cells: (row) => row });

  function kinds() {
    const withSites = e.data.sites.length ? [lean(ofSites()), lean(ofFindings()), ...(e.data.sites.some((site) => site.order[2].length) ? [ofStates()] : [])] : [];
    return [...withSites, ...(e.data.tables || []).map(ofRows)];
  }

  const VIEWS = ['map', 'both', 'tables'];

  /** Show the map, the map with tables, or tables alone. */
  e.setView = function (view) {
    VIEWS.forEach((one) => document.body.classList.toggle('view-' + one, one === view));
    e.say('view', view);
    e.map.invalidateSize({ pan: false, animate: false });
    if (view !== 'tables' && !selected) e.home();
    if (view !== 'map' && current) current.renew();
  };

  e.viewButtons = function () {
    const buttons = VIEWS.map((view) => {
      const button = e.h('button', { type: 'button', click: () => e.setView(view) }, e.t('view_' + view));
      e.on('view', (now) => button.setAttribute('aria-pressed', String(now === view)));
      button.setAttribute('aria-pressed', String(document.body.classList.contains('view-' + view)));
      return button;
    });
    return e.h('div', { class: 'views', role: 'group', 'aria-label': e.t('views') }, buttons);
  };

  function resized() {
    height = 0;
    current.from = -1;
    current.draw();
  }

  e.drawTables = function () {
    const box = document.getElementById('ecozone-tables');
    box.setAttribute('aria-label', e.t('view_tables'));
    const tables = kinds().map((kind) => new e.Table(kind));
    e.hasTables = tables.length > 0;
    selected = null;
    box.replaceChildren();
    if (!e.hasTables) return;
    const tabs = tables.map((table, i) =>
      e.h('button', { type: 'button', role: 'tab', id: 'table-tab-' + table.kind.key, 'aria-controls': 'table-' + table.kind.key, click: () => choose(i) }, table.kind.title)
    );
    tables.forEach((table) => {
      table.element.id = 'table-' + table.kind.key;
      table.element.setAttribute('role', 'tabpanel');
      table.element.setAttribute('aria-labelledby', 'table-tab-' + table.kind.key);
    });
    const choose = (chosen) => {
      current = tables[chosen];
      tabs.forEach((tab, i) => {
        tab.setAttribute('aria-selected', String(i === chosen));
        tab.tabIndex = i === chosen ? 0 : -1;
        tables[i].element.hidden = i !== chosen;
      });
      if (!document.body.classList.contains('view-map')) current.renew();
    };
    tabs.forEach((tab, i) =>
      tab.addEventListener('keydown', (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        const next = (i + step + tabs.length) % tabs.length;
        choose(next);
        tabs[next].focus();
      })
    );
    const paper = e.h('div', { class: 'paper' });
    document.body.classList.add('view-map');
    box.append(e.h('div', { role: 'tablist', class: 'tabs', 'aria-label': e.t('table_tabs') }, tabs), ...tables.map((table) => table.element), paper);
    choose(0);
    e.on('filter', () => document.body.classList.contains('view-map') || current.renew());
    e.on('selected', (site) => {
      selected = site;
      if (!document.body.classList.contains('view-map')) current.mark(site, true);
    });
    if (!watched) window.addEventListener('resize', resized);
    watched = true;
    e.on('print', (on) => paper.replaceChildren(...(on ? tables.map((table) => table.print()).filter(Boolean) : [])));
  };
})(window.ecozone);
