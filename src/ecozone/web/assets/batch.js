'use strict';
// Many sites: what they are narrowed down to, above the tables of sites, findings and states. Map and list follow.
(function (e) {
  const BOTH_FROM = 12; // with so many sites the tables open beside the map

  /** The layers that findings of sites are of, with how many sites each. */
  function layersOf(sites) {
    const counts = new Map();
    for (const site of sites) {
      for (const layer of new Set(site.layers)) counts.set(layer, (counts.get(layer) || 0) + 1);
    }
    const titles = new Map(e.data.layers.map((layer) => [layer.key, layer.title]));
    return [...counts].sort((a, b) => b[1] - a[1]).map(([layer, count]) => [layer, `${titles.get(layer) || layer} · ${count}`]);
  }

  function chip(verdict, count) {
    const key = verdict ? verdict.key : null;
    const button = e.h(
      'button',
      { type: 'button', class: 'chip ' + (key ? 'v-' + key : ''), 'aria-pressed': 'false', disabled: !count, click: () => e.setFilter(e.filter() === key ? null : key) },
      verdict && e.verdictSign(key),
      e.h('span', {}, verdict ? verdict.words : e.p('batch_all')),
      e.h('b', {}, count)
    );
    const mark = () => button.setAttribute('aria-pressed', String(e.filter() === key));
    e.on('filter', mark);
    mark();
    return button;
  }

  function bar() {
    const { sites } = e.data;
    const counts = new Map();
    for (const site of sites) counts.set(site.verdict, (counts.get(site.verdict) || 0) + 1);
    const shown = e.h('output', { class: 'batch-shown' });
    const layer = e.h('select', { 'aria-label': e.p('batch_layer'), change: () => narrow() }, e.h('option', { value: '' }, e.p('batch_layers_all')));
    // Every site's words are looked at for this: only when somebody is about to choose.
    const fill = () => layer.options.length > 1 || layer.append(...layersOf(sites).map(([key, words]) => e.h('option', { value: key }, words)));
    for (const event of ['pointerdown', 'keydown', 'focus']) layer.addEventListener(event, fill, { once: true });
    const clear = e.button(e.p('batch_clear'), () => ((layer.value = ''), e.narrow(null, null)), { kind: 'small', sign: 'stop' });
    function narrow() {
      e.narrow(layer.value ? (site) => site.layers.includes(layer.value) : null);
    }
    function tell() {
      const count = e.filteredSites().length;
      const all = count === sites.length;
      shown.textContent = all ? '' : e.p('batch_shown', { shown: count.toLocaleString('en-US'), all: sites.length.toLocaleString('en-US') });
      clear.disabled = all && !layer.value && e.filter() === null;
    }
    e.on('filter', tell);
    tell();
    return e.h(
      'div',
      { class: 'batch-bar', role: 'group', 'aria-label': e.p('batch_filters') },
      e.h('div', { class: 'chips', role: 'group', 'aria-label': e.t('verdict_filter') }, chip(null, sites.length), e.data.verdicts.map((verdict) => chip(verdict, counts.get(verdict.key) || 0))),
      layer,
      clear,
      shown
    );
  }

  /** The tables of a result of several sites, in `place`; a row opens its site. */
  e.showBatch = function (place) {
    e.drawTables();
    place.prepend(bar());
    if (e.data.sites.length >= BOTH_FROM) e.setView('both');
  };
})(window.ecozone);
