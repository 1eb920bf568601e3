'use strict';
// Step three: the verdict. Findings and their places on the map are shown together, from either side.
(function (e) {
  let state = null;
  let open = null; // the site that is shown in full
  let items = [];
  const SIGN_ROOM = 90; // px across which a site is seen without its sign

  // --- findings and places ---------------------------------------------------------------------------------------
  /** The overlaps of a site with the places of their findings in its list; what lies in one place is drawn once. */
  function placesFor(site, overlaps) {
    const same = new Map();
    for (const one of overlaps.filter((each) => each.g && each.findings.length)) {
      const key = JSON.stringify(one.g);
      if (!same.has(key)) same.set(key, { numbers: [], geometry: one.g });
      same.get(key).numbers.push(...one.findings);
    }
    const places = [...same.values()].map(({ numbers, geometry }) => ({ numbers: numbers.sort((a, b) => a - b), geometry }));
    return places.map((one) => ({ ...one, verdict: site.findings[one.numbers[0]].verdict })).sort((a, b) => a.numbers[0] - b.numbers[0]);
  }

  function light(number, scroll) {
    e.lightOverlap(number);
    items.forEach((item, i) => item.classList.toggle('lit', i === number));
    if (scroll && number !== null && items[number]) items[number].scrollIntoView({ block: 'nearest', behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' });
  }

  function link(site, overlaps) {
    e.showOverlaps(placesFor(site, overlaps), {
      hover: (number) => light(number, true),
      choose: (number) => {
        light(number, true);
        const button = items[number] && items[number].querySelector('button');
        if (button) button.focus({ preventScroll: true });
      },
    });
    items.forEach((item, i) => {
      const head = item.querySelector('.finding-head');
      const there = e.hasOverlap(i);
      head.prepend(e.h('span', { class: 'number v-' + site.findings[i].verdict, 'aria-hidden': 'true' }, i + 1));
      if (!there) return;
      item.classList.add('placed');
      const see = e.button(e.p('see_place'), () => (light(i), e.goToOverlap(i)), { kind: 'small', sign: 'place', 'aria-label': `${e.p('see_place')}: ${site.findings[i].title}` });
      see.addEventListener('focus', () => light(i));
      see.addEventListener('blur', () => light(null));
      item.append(see);
      item.addEventListener('mouseenter', () => light(i));
      item.addEventListener('mouseleave', () => light(null));
      item.addEventListener('click', (event) => event.target.closest('button, a, summary') || window.getSelection().toString() || e.goToOverlap(i));
    });
  }

  async function overlapsOf(site) {
    const known = state.result.overlaps || {};
    if (known[site.id]) return known[site.id];
    if (!site.findings.length || !state.result.overlaps_cut) return [];
    const signal = e.sideSignal();
    const answer = await e.answerOf({ kind: 'overlap', of: state.result.job, site: site.id }, { signal });
    known[site.id] = answer.overlaps[site.id] || [];
    return known[site.id];
  }

  // --- ways out and consequences ---------------------------------------------------------------------------------
  /** A button that asks for more about the check, and shows it where the button stood. */
  function further(key, words, show) {
    const place = e.h('div', { class: 'further' });
    const ask = e.button(e.p(key), async () => {
      const busy = e.busyPart(e.p(key + '_busy'), () => e.endSide());
      place.replaceChildren(busy.part);
      try {
        const answer = await e.answerOf({ ...words, of: state.result.job }, { signal: e.sideSignal(), progress: busy.tell });
        place.replaceChildren(...[show(answer)].flat().filter(Boolean));
      } catch (error) {
        if (error.problem) place.replaceChildren(e.problemBeside(error.problem), ask);
        else if (error.name === 'AbortError') place.replaceChildren(ask);
        else throw error;
      }
    });
    place.append(ask, e.h('p', { class: 'hint' }, e.p(key + '_hint')));
    return place;
  }

  function waysPart(site) {
    if (site.ways || !site.findings.some((one) => one.verdict !== 'clear') || !['area', 'line'].includes(site.shape)) return null;
    return further('least_cut', { kind: 'least_cut', site: e.data.sites.length === 1 ? undefined : site.id }, (answer) => {
      const found = answer.page.sites.find((one) => one.id === site.id);
      if (!found || !found.ways) return e.h('p', { class: 'quiet-line' }, e.p('no_ways'));
      site.ways = found.ways;
      // Of a single site the files, too, tell the ways out.
      if (e.data.sites.length === 1) state.result.files = answer.job;
      e.drawWays(e.map);
      return e.wayContent(site);
    });
  }

  function scenarioPart() {
    if (!(e.district.years || []).length) return null;
    return further('scenario', { kind: 'scenario' }, ({ page }) => {
      // Zones that lose stand twice, the second time as they would be.
      const parts = e.ratiosPage(page.ratios).filter(Boolean);
      return [e.h('div', { class: 'scenario' }, e.h('h3', {}, e.p('scenario_title')), parts), page.notices.length ? e.noticesPart(page.notices) : null];
    });
  }

  // --- one site --------------------------------------------------------------------------------------------------
  function sitePart(site) {
    const content = e.siteContent(site);
    content.classList.replace('site-popup', 'site-card');
    items = [...content.querySelectorAll(':scope > .findings > .finding')];
    const unknown = content.querySelector('.unknown');
    const ways = waysPart(site);
    if (ways) (unknown || content.querySelector(':scope > details') || { before: (part) => content.append(part) }).before(ways);
    overlapsOf(site).then(
      (overlaps) => content.isConnected && link(site, overlaps),
      (error) => {
        if (error.name === 'AbortError') return;
        if (content.isConnected) link(site, []);
        if (error.problem) content.append(e.problemBeside(error.problem));
        else throw error;
      }
    );
    return content;
  }

  const place = () => document.getElementById('result-body');

  function showList(focus) {
    const before = open;
    open = null;
    items = [];
    e.hideOverlaps();
    place().replaceChildren(e.verdictCounts(), ...e.sitesPage().filter(Boolean));
    if (focus && before) {
      const button = [...place().querySelectorAll('.site')].find((one) => one.textContent.includes(before.name));
      if (button) button.focus();
    }
  }

  function showSite(site, focus) {
    open = site;
    e.hideOverlaps();
    const sites = e.filteredSites();
    const at = sites.indexOf(site);
    const go = (step) => e.openSite(sites[at + step], { zoom: true, focus: true });
    const bar =
      e.data.sites.length > 1
        ? e.h(
            'div',
            { class: 'site-bar' },
            e.button(e.p('all_sites', { count: e.data.sites.length }), () => (e.closeSite(), showList(true)), { kind: 'small', sign: 'back', 'data-back': true }),
            e.h('span', {}, `${at + 1} / ${sites.length}`),
            e.button(e.p('previous'), () => go(-1), { kind: 'small', disabled: at <= 0 }),
            e.button(e.p('next'), () => go(1), { kind: 'small', disabled: at < 0 || at + 1 >= sites.length })
          )
        : '';
    place().replaceChildren(bar, sitePart(site));
    document.getElementById('work').scrollTop = 0;
    if (focus) place().querySelector('h3').focus({ preventScroll: true });
    e.speak(e.t('opened', { name: site.name, verdict: e.verdictWords[site.verdict] }));
  }

  function near() {
    const box = open && open.shape !== 'point' && open.box;
    const [a, b] = box ? box.map((corner) => e.map.latLngToContainerPoint(corner)) : [{ x: 0, y: 0 }, { x: 0, y: 0 }];
    document.body.classList.toggle('near', Math.hypot(a.x - b.x, a.y - b.y) > SIGN_ROOM);
  }

  /** A site is shown in the panel, not in a popup: the map stays free for its overlaps. */
  e.readyResults = function () {
    e.presentSite = (site, focus) => showSite(site, focus);
    e.map.on('zoomend moveend', near);
    e.presentAt = { room: 0.45, down: 0, closest: 17.5, atOnce: true };
  };

  /** Whether one of several sites is open; then go back to their list. */
  e.backToList = function () {
    if (!open || e.data.sites.length < 2) return false;
    e.closeSite();
    showList(true);
    return true;
  };

  // --- all of it -------------------------------------------------------------------------------------------------
  function echo(source) {
    const files = (source.files || []).map((one) => (typeof one === 'string' ? { name: one } : one));
    const names = files.map((one) => one.name).join(e.p('between')) || state.title;
    const hash = source.sha256 || (files[0] && files[0].sha256) || '';
    const time = source.submitted ? new Date(source.submitted) : null;
    const when = time && !Number.isNaN(time.getTime()) ? time.toLocaleString(e.lang === 'zh' ? 'zh-CN' : 'en-GB', { dateStyle: 'medium', timeStyle: 'medium' }) : '';
    return e.h(
      'p',
      { class: 'echo' },
      e.h('b', {}, names),
      e.h('span', {}, when),
      hash && e.h('span', { title: `SHA-256 ${hash}` }, 'SHA-256 ', e.h('code', {}, hash.slice(0, 12)))
    );
  }

  /** The third step: the verdict; `e.data` holds the result. */
  e.resultPart = function (now) {
    state = now;
    open = null;
    items = [];
    const worst = e.data.verdicts.find((verdict) => e.data.sites.some((site) => site.verdict === verdict.key));
    return [
      e.h('h2', { tabindex: -1, class: 'spoken' }, worst ? e.p('result_title', { verdict: worst.words }) : e.p('result_none')),
      echo(now.result.source_echo || {}),
      e.hasTables && e.viewButtons(),
      e.h('div', { id: 'result-body' }),
      e.data.sites.length ? scenarioPart() : null,
      e.h('p', { class: 'permit' }, e.t('note_verdict')),
    ];
  };

  /** After the result stands in the page: show its only site, or the list. */
  e.openResult = function () {
    const { sites } = e.data;
    if (sites.length === 1) {
      e.openSite(sites[0], { zoom: true });
      return;
    }
    showList(false);
  };
  e.forgetResult = function () {
    open = null;
    items = [];
    e.hideOverlaps();
  };
})(window.ecozone);
