'use strict';
// What the views of the years share: pages behind tabs, and choices.
(function (e) {
  /** Pages behind tabs: each {key, title, element, renew}; one is shown, and `renew` is called when it is. */
  e.tabbed = function (pages, first, label, changed) {
    const tabs = pages.map((page, i) => {
      page.element.id = 'year-page-' + page.key;
      page.element.setAttribute('aria-labelledby', 'year-tab-' + page.key);
      return e.h('button', { type: 'button', role: 'tab', id: 'year-tab-' + page.key, 'aria-controls': 'year-page-' + page.key, click: () => show(i) }, page.title);
    });
    const list = e.h('div', { class: 'tabs', role: 'tablist', 'aria-label': label }, tabs);
    list.addEventListener('keydown', (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const at = tabs.indexOf(document.activeElement);
      if (!step || at < 0) return;
      event.preventDefault();
      const next = (at + step + tabs.length) % tabs.length;
      show(next);
      tabs[next].focus();
    });
    function show(chosen) {
      pages.forEach((page, i) => {
        tabs[i].setAttribute('aria-selected', String(i === chosen));
        tabs[i].tabIndex = i === chosen ? 0 : -1;
        page.element.hidden = i !== chosen;
      });
      const page = pages[chosen];
      changed(page.key);
      // A table makes the rows that are in sight: it must be in the page before.
      if (page.renew) requestAnimationFrame(page.renew);
    }
    show(Math.max(0, pages.findIndex((page) => page.key === first)));
    return e.h('div', { class: 'tabbed' }, list, pages.map((page) => e.h('div', { class: 'tab-page', role: 'tabpanel' }, page.element)));
  };

  /** A choice with its name: `options` = [[value, words], …]. */
  e.choice = (key, options, value, change) =>
    e.h('label', { class: 'choice' }, e.h('span', {}, e.p(key)), e.h('select', { 'data-choice': key, change: (event) => change(event.target.value) }, options.map(([name, words]) => e.h('option', { value: name, selected: String(name) === String(value) }, words))));

  /** Carry out a job for a view: what is going on, the answer, or the problem with a way on. */
  e.workFor = async function (place, title, words, { signal, again }) {
    const heading = e.h('h2', { tabindex: -1 }, title);
    const busy = e.busyPart(e.p('year_working'), () => signal.stop());
    place.replaceChildren(e.h('div', { class: 'year-wait' }, heading, busy.part));
    try {
      return await e.answerOf(words, { signal: signal.signal, progress: busy.tell });
    } catch (error) {
      if (signal.left) return null;
      const button = e.button(e.p('try_again'), again, { kind: 'primary' });
      if (error.problem) place.replaceChildren(e.h('div', { class: 'year-wait' }, heading, e.problemPart(error.problem), button));
      else if (error.name === 'AbortError') place.replaceChildren(e.h('div', { class: 'year-wait' }, heading, e.h('p', { class: 'quiet-line' }, e.p('year_stopped')), button));
      else throw error;
      return null;
    }
  };

  /** What can be stopped by the user, or given up because something else was asked for. */
  e.work = function () {
    const control = new AbortController();
    const work = { signal: control.signal, left: false, stop: () => control.abort() };
    work.leave = () => {
      work.left = true;
      control.abort();
    };
    return work;
  };
})(window.ecozone);
