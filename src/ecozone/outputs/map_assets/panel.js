'use strict';
// The panel beside the map: counts, and four pages: sites, layers, indicators, notes.
(function (e) {
  const LONG_LIST = 500;
  const SEARCH_FROM = 13;
  const buttons = new Map();
  let sought = '';

  // --- counts, which are filters ---------------------------------------------------------------------------------
  e.verdictCounts = function () {
    const cells = e.data.verdicts.map((verdict) => {
      const count = e.data.sites.filter((site) => site.verdict === verdict.key).length;
      const cell = e.h(
        'button',
        {
          type: 'button',
          class: 'count v-' + verdict.key,
          'aria-pressed': 'false',
          disabled: !count,
          click: () => e.setFilter(e.filter() === verdict.key ? null : verdict.key),
        },
        e.verdictSign(verdict.key),
        e.h('strong', {}, count),
        e.h('span', {}, verdict.words)
      );
      e.on('filter', () => cell.setAttribute('aria-pressed', String(e.filter() === verdict.key)));
      return cell;
    });
    return e.h('div', { class: 'counts', role: 'group', 'aria-label': e.t('verdict_filter') }, cells);
  };

  // --- sites -----------------------------------------------------------------------------------------------------
  /** What a person ruled, beside the verdict in the list. */
  function ruling(site) {
    const [ruled] = site.cells;
    return ruled ? e.h('small', { class: 'ruled' }, e.t('list_override', { verdict: ruled })) : null;
  }

  function siteItem(site) {
    const button = e.h(
      'button',
      { type: 'button', class: 'site', click: (event) => e.openSite(site, { zoom: true, focus: event.detail === 0 }) },
      e.verdictSign(site.verdict),
      e.h('span', { class: 'site-text' }, e.h('b', {}, site.name), e.h('small', {}, site.at ? site.summary : e.t('not_drawn')), ruling(site)),
      e.h('span', { class: 'site-id' }, site.id === site.name ? '' : site.id)
    );
    buttons.set(site, button);
    return e.h('li', {}, button);
  }

  function siteGroups() {
    buttons.clear();
    const found = e.filteredSites().filter((site) => `${site.name}\n${site.id}`.toLowerCase().includes(sought));
    const listed = found.slice(0, LONG_LIST);
    if (!listed.length) return [e.h('p', { class: 'quiet' }, e.t('nothing_found'))];
    const groups = e.data.verdicts.map((verdict) => {
      const all = found.filter((site) => site.verdict === verdict.key).length;
      if (!all) return null;
      const mine = listed.filter((site) => site.verdict === verdict.key);
      const count = mine.length < all ? e.t('group_cut', { all, shown: mine.length }) : all;
      const heading = e.h('h3', { class: 'v-' + verdict.key }, verdict.words, e.h('span', {}, count));
      return e.h('section', {}, heading, e.h('ul', { class: 'sites' }, mine.map(siteItem)));
    });
    const rest = found.length - listed.length;
    return [...groups, rest ? e.h('p', { class: 'quiet' }, e.t('list_cut', { shown: listed.length, rest })) : null].filter(Boolean);
  }

  /** The list of sites, worst first. */
  e.sitesPage = function () {
    sought = '';
    const list = e.h('div', { class: 'site-list' }, siteGroups());
    const refresh = () => list.replaceChildren(...siteGroups());
    e.on('filter', refresh);
    e.on('selected', (chosen) => {
      for (const [site, button] of buttons) {
        if (site === chosen) button.setAttribute('aria-current', 'true');
        else button.removeAttribute('aria-current');
      }
      if (chosen && buttons.has(chosen)) buttons.get(chosen).scrollIntoView({ block: 'nearest' });
    });
    const search =
      e.data.sites.length < SEARCH_FROM
        ? null
        : e.h('input', {
            type: 'search',
            class: 'search',
            placeholder: e.t('search'),
            'aria-label': e.t('search'),
            input: (event) => {
              sought = event.target.value.trim().toLowerCase();
              refresh();
            },
          });
    return [search, list];
  };

  // --- layers ----------------------------------------------------------------------------------------------------
  function layerRow(layer) {
    const empty = !layer.features.length;
    const box = e.h('input', { type: 'checkbox', disabled: empty, change: () => e.chooseLayer(layer, box.checked) });
    box.checked = e.isShown(layer);
    e.on('layers', () => (box.checked = e.isShown(layer)));
    return e.h(
      'li',
      { class: empty ? 'layer empty' : 'layer' },
      e.h('label', {}, box, e.swatch(layer, layer.styles[0]), e.h('span', {}, layer.title)),
      layer.state && e.h('small', { class: 'doubt' }, layer.state)
    );
  }

  /** The switches of the layers. */
  e.layersPage = function () {
    const switchAll = (wanted) => () => e.data.layers.forEach((layer) => e.chooseLayer(layer, wanted(layer)));
    const button = (key, wanted) => e.h('button', { type: 'button', click: switchAll(wanted) }, e.t(key));
    const group = (key, layers) =>
      layers.length ? e.h('section', {}, e.h('h3', {}, e.t(key)), e.h('ul', { class: 'layers' }, layers.map(layerRow))) : null;
    return [
      e.h(
        'div',
        { class: 'tools' },
        button('layers_all', () => true),
        button('layers_none', (layer) => layer.ground && e.isShown(layer)),
        button('layers_opening', (layer) => layer.on)
      ),
      e.waySwitch(),
      group('layers_control', e.data.layers.filter((layer) => !layer.ground)),
      group('layers_ground', e.data.layers.filter((layer) => layer.ground)),
    ];
  };

  // --- indicators ------------------------------------------------------------------------------------------------
  function ratioRows(group, years) {
    const head = e.h(
      'tr',
      { class: 'zone' },
      e.h(
        'th',
        { scope: 'colgroup', colspan: years.length + 2 },
        e.h('b', {}, group.zone),
        e.h('span', {}, group.indicator),
        group.target && e.h('span', { class: 'aim' }, e.t('target'), ' ', group.target)
      )
    );
    const rows = group.rows.map((row) =>
      e.h(
        'tr',
        {},
        e.h('th', { scope: 'row' }, row.profile || '—'),
        row.other
          ? e.h('td', { colspan: years.length }, row.other)
          : row.values.map((value, i) => e.h('td', {}, value, row.intervals[i] && e.h('small', {}, row.intervals[i]))),
        e.h(
          'td',
          { class: row.status ? 's-' + row.status : '' },
          row.status_words && e.h('b', {}, row.status_words),
          row.by_count && e.h('small', {}, row.by_count),
          row.gap && e.h('small', {}, row.gap)
        )
      )
    );
    return [head, rows];
  }

  function ratioTable(groups, years, caption) {
    return e.h(
      'table',
      { class: 'ratios' },
      e.h('caption', {}, caption),
      e.h(
        'thead',
        {},
        e.h(
          'tr',
          {},
          [e.t('profile'), ...years, e.t('status')].map((text) => e.h('th', { scope: 'col' }, text))
        )
      ),
      e.h('tbody', {}, groups.map((group) => ratioRows(group, years)))
    );
  }

  /** Indicators against targets. */
  e.ratiosPage = function (ratios = e.data.ratios) {
    if (!ratios) return [e.h('p', { class: 'quiet' }, e.data.no_ratios)];
    const targeted = ratios.groups.filter((group) => group.target);
    const other = ratios.groups.filter((group) => !group.target);
    return [
      targeted.length ? ratioTable(targeted, ratios.years, e.t('ratios_targeted')) : null,
      other.length ? ratioTable(other, ratios.years, e.t('ratios_other')) : null,
    ];
  };

  // --- notes -----------------------------------------------------------------------------------------------------
  function sources() {
    const mark = (source) => source.schematic && e.h('em', {}, e.t('schematic_mark'));
    const columns = ['source_layer', 'source_date', 'source_basis'].map((key) => e.h('th', { scope: 'col' }, e.t(key)));
    const rows = e.data.sources.map((source) =>
      e.h('tr', {}, e.h('th', { scope: 'row' }, source.title, mark(source)), e.h('td', {}, source.date), e.h('td', {}, source.basis))
    );
    return e.h('table', { class: 'sources' }, e.h('caption', {}, e.t('sources')), e.h('thead', {}, e.h('tr', {}, columns)), e.h('tbody', {}, rows));
  }

  /** What is to be known before the map is read. */
  e.readingNotes = () => ['note_verdict', 'note_display', 'note_crs'].map((key) => e.t(key, e.data));

  /** How to read the map, and where its data come from. */
  e.notesPage = function () {
    const list = (key, items) => (items.length ? e.h('section', {}, e.h('h3', {}, e.t(key)), e.h('ul', { class: 'notes' }, items)) : null);
    const reading = e.readingNotes().map((text) => e.h('li', {}, text));
    const notices = e.data.notices.map((one) =>
      e.h('li', { class: one.severity }, e.h('b', {}, e.t('severity_' + one.severity)), one.text, one.remedy && e.h('small', {}, one.remedy))
    );
    const assumptions = e.data.assumptions.map((one) => e.h('li', {}, one.text, one.source && e.h('small', {}, one.source)));
    return [list('reading', reading), sources(), list('notices', notices), list('assumptions', assumptions)];
  };

  // --- the panel itself ------------------------------------------------------------------------------------------
  /** Pages of which one is seen: `pages` = [{key, content}]. */
  e.tabs = function (pages) {
    const headings = pages.map(({ key }) =>
      e.h('button', { type: 'button', role: 'tab', id: 'tab-' + key, 'aria-controls': 'page-' + key }, e.t('tab_' + key))
    );
    const bodies = pages.map(({ key, content }) =>
      e.h('div', { role: 'tabpanel', id: 'page-' + key, class: 'page', 'aria-labelledby': 'tab-' + key, tabindex: 0 }, content)
    );
    const choose = (chosen) =>
      headings.forEach((heading, i) => {
        heading.setAttribute('aria-selected', String(i === chosen));
        heading.tabIndex = i === chosen ? 0 : -1;
        bodies[i].classList.toggle('chosen', i === chosen);
      });
    headings.forEach((heading, i) => {
      heading.addEventListener('click', () => choose(i));
      heading.addEventListener('keydown', (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        const next = (i + step + headings.length) % headings.length;
        choose(next);
        headings[next].focus();
      });
    });
    choose(0);
    return [e.h('div', { role: 'tablist', class: 'tabs', 'aria-label': e.t('tabs') }, headings), e.h('div', { class: 'pages' }, bodies)];
  };

  e.drawPanel = function () {
    const layers = { key: 'layers', content: e.layersPage() };
    const ratios = { key: 'ratios', content: e.ratiosPage() };
    const spoken = e.h('p', { class: 'spoken', 'aria-live': 'polite' });
    e.on('selected', (site) => {
      spoken.textContent = site ? e.t('opened', { name: site.name, verdict: e.verdictWords[site.verdict] }) : '';
    });
    const panel = document.getElementById('ecozone-panel');
    const withSites = e.data.sites.length > 0;
    document.body.prepend(panel); // the list comes before the map for whoever reads with the keyboard
    panel.append(
      e.h('header', { class: 'title' }, e.h('h1', {}, e.data.title), e.h('p', {}, e.data.subtitle), e.data.schematic && e.h('p', { class: 'schematic-line' }, e.data.schematic), e.hasTables && e.viewButtons()),
      ...(withSites ? [e.verdictCounts()] : []),
      ...e.tabs([
        ...(withSites ? [{ key: 'sites', content: e.sitesPage() }] : []),
        ...(e.data.ratios && !withSites ? [ratios, layers] : [layers, ratios]),
        { key: 'notes', content: e.notesPage() },
      ]),
      spoken
    );
  };
})(window.ecozone);
