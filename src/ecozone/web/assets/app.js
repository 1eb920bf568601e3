'use strict';
// The frame: language, views, what is said of the server, and the map on which everything is shown.
(function (e) {
  const LANGUAGES = { zh: 'zh-CN', en: 'en' };
  const views = [{ key: 'check' }];
  let view = 'check';

  /** Another view beside the check: {key, draw(place), leave()}; `page.view_KEY` is its name. */
  e.addView = (one) => views.push(one);

  function remember(name, value) {
    try {
      if (value !== undefined) localStorage.setItem('ecozone.' + name, value);
      return localStorage.getItem('ecozone.' + name);
    } catch {
      return null; // a browser that keeps nothing
    }
  }

  /** What the page did not expect goes to the browser's log, where it can be sent from. */
  e.noteError = (error) => console.error(error); // eslint-disable-line no-console

  // --- the bar at the top ----------------------------------------------------------------------------------------
  function top() {
    const bar = document.getElementById('top');
    const names = views.map((one) => e.h('button', { type: 'button', 'aria-current': one.key === view ? 'page' : null, 'data-view': one.key, click: () => e.showView(one.key) }, e.p('view_' + one.key)));
    const languages = Object.entries(LANGUAGES).map(([lang, tag]) => e.h('button', { type: 'button', lang: tag, 'aria-pressed': String(lang === e.lang), 'data-lang': lang, click: () => setLanguage(lang) }, e.p('lang_' + lang)));
    bar.replaceChildren(
      e.h('a', { class: 'skip', href: '#work', click: (event) => (event.preventDefault(), skip()) }, e.p('skip')),
      e.h('h1', {}, e.h('span', { class: 'brand' }, 'ecozone'), e.h('span', { class: 'district' }, e.district.name)),
      e.h('nav', { class: 'main-views', 'aria-label': e.p('main_views') }, views.length > 1 ? names : ''),
      e.h('p', { class: 'server', id: 'server', role: 'status' }),
      e.h('div', { class: 'languages', role: 'group', 'aria-label': e.p('languages') }, languages)
    );
  }

  function skip() {
    const target = document.querySelector(view === 'check' ? '#work h2' : '#year [tabindex], #year h2') || document.getElementById('year');
    target.setAttribute('tabindex', '-1');
    target.focus();
  }

  let silent = 0;
  function tellServer(tries) {
    silent = tries;
    const place = document.getElementById('server');
    if (place) place.textContent = silent ? e.p('server_gone', { tries: silent }) : '';
    document.body.classList.toggle('server-gone', Boolean(silent));
  }
  e.sayServer = () => e.on('server', tellServer);

  /** Show one of the views. */
  e.showView = function (key) {
    if (key === view) return;
    const before = views.find((one) => one.key === view);
    if (before.leave) before.leave();
    view = key;
    top();
    document.body.classList.toggle('at-year', view !== 'check');
    document.getElementById('year').hidden = view === 'check';
    if (view === 'check') e.map.invalidateSize({ pan: false, animate: false });
    else drawOther();
    const now = document.querySelector(`[data-view="${key}"]`);
    if (now) now.focus();
  };

  function drawOther() {
    const place = document.getElementById('year');
    const one = views.find(({ key }) => key === view);
    place.setAttribute('aria-label', e.p('view_' + view));
    one.draw(place);
  }

  // --- language --------------------------------------------------------------------------------------------------
  let loading = null; // the language that is on its way: the one chosen last, whoever answers first

  /** Take a language, whole or not at all; returns whether it is still the one that is wanted. */
  async function load(lang) {
    if (loading) loading.abort();
    const mine = (loading = new AbortController());
    const { signal } = mine;
    try {
      const texts = await e.askJson('/api/texts' + (lang ? `?lang=${lang}` : ''), { signal });
      const spoken = lang || (texts['page.lang'] === 'en' ? 'en' : 'zh');
      const district = await e.askJson(`/api/district?lang=${spoken}`, { signal });
      if (signal.aborted) return false;
      Object.assign(e, { texts, lang: spoken, district });
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      throw error;
    } finally {
      if (loading === mine) loading = null;
    }
  }

  function speak() {
    document.documentElement.lang = LANGUAGES[e.lang];
    document.title = e.p('title', { name: e.district.name });
    document.body.classList.toggle('has-schematic', Boolean(e.district.schematic));
  }

  /** Speak a language and show its district; false where another was chosen meanwhile, or the page cannot go on. */
  async function takenUp(lang) {
    try {
      if (!(await load(lang))) return false;
    } catch (error) {
      if (!error.problem) throw error;
      stop(error.problem);
      return false;
    }
    speak();
    top();
    e.definePatternsOf();
    return true;
  }

  async function setLanguage(lang) {
    // The language of now is chosen, too, by whoever takes back another that is on its way.
    if (lang === e.lang) {
      if (loading) loading.abort();
      remember('lang', lang);
      return;
    }
    remember('lang', lang);
    const at = { centre: e.map.getCenter(), zoom: e.map.getZoom() };
    if (!(await takenUp(lang))) return;
    await e.drawCheck();
    if (lang !== e.lang) return;
    e.map.setView(at.centre, at.zoom, { animate: false });
    if (view !== 'check') drawOther();
    document.querySelector(`[data-lang="${lang}"]`).focus();
  }

  // --- the beginning ---------------------------------------------------------------------------------------------
  e.definePatternsOf = function () {
    e.data = { layers: e.district.layers, verdicts: e.district.verdicts, sites: [], texts: e.texts };
    e.definePatterns();
  };

  function makeMap() {
    const map = L.map('map', { zoomControl: false, attributionControl: false, zoomSnap: 0, minZoom: 4, maxZoom: 19, pmIgnore: false });
    const sources = L.control.attribution({ prefix: false, position: 'bottomright' }).addTo(map);
    sources.setPrefix(false);
    const places = map.createPane('places');
    places.style.zIndex = '590';
    places.style.pointerEvents = 'none';
    e.map = map;
    e.home = () => {
      const legend = map.getContainer().querySelector('.legend');
      const aside = legend && map.getSize().x > 3.5 * legend.offsetWidth ? legend.offsetWidth + 30 : 24;
      map.fitBounds(e.data.box, { animate: false, paddingTopLeft: [36, e.data.schematic ? 66 : 36], paddingBottomRight: [aside, 48] });
    };
    map.setView([(e.district.box[0][0] + e.district.box[1][0]) / 2, (e.district.box[0][1] + e.district.box[1][1]) / 2], 11, { animate: false });
    e.addBasemap(map);
    document.body.classList.toggle('has-basemap', Boolean(e.district.basemap));
    return map;
  }

  /** The page cannot begin: the problem, and one way on. */
  function stop(problem) {
    const words = e.texts['page.try_again'] || '重试 / Try again';
    const again = e.h('button', { type: 'button', class: 'button primary', click: () => location.reload() }, words);
    const title = problem.title || problem.message || problem.code;
    const part = e.h('section', { class: 'problem', role: 'alert' }, e.h('h2', {}, title), e.h('p', {}, problem.message), problem.remedy && e.h('p', {}, problem.remedy), problem.id && e.h('p', {}, problem.id), again);
    document.body.className = 'app stopped';
    document.getElementById('ecozone-panel').replaceChildren(part);
  }

  async function start() {
    e.texts = {};
    e.on('server', (tries) => tries && !e.district && (document.getElementById('top').textContent = '正在连接 ecozone 服务… · Connecting…'));
    const asked = new URLSearchParams(location.search).get('lang') || remember('lang');
    if (!(await takenUp(asked in LANGUAGES ? asked : null))) return;
    const map = makeMap();
    e.readyCheck(map);
    new e.Graticule().addTo(map);
    await e.drawCheck();
    map.invalidateSize({ animate: false });
    e.home();
    document.documentElement.classList.add('drawn');
    // The other views fetch what they need when they are shown.
  }

  window.addEventListener('DOMContentLoaded', start);
})(window.ecozone);
