'use strict';
// The parts that views are made of: texts, buttons with signs, progress, problems, choices.
(function (e) {
  /** A text of the page's own catalogue (page.toml) with its {fields} filled. */
  e.p = (key, fields) =>
    (e.texts['page.' + key] || key).replace(/\{([a-z_]+)\}/g, (_, name) => (fields && fields[name] !== undefined ? String(fields[name]) : ''));

  const SIGNS = {
    file: 'M6 3h8l5 5v13H6zM14 3v5h5M12 18v-6M9.5 14.5 12 12l2.5 2.5',
    paste: 'M8 5H5v16h14V5h-3M8 3h8v4H8zM8 12h8M8 16h5',
    draw: 'M4 20 6 9l7-5 7 6-3 9zM4 20h0M13 4h0M20 10h0',
    area: 'M5 19 4 9l8-5 8 5-2 10z',
    line: 'M4 19 10 9l5 5 5-10',
    point: 'M12 21c-4-5-6-8-6-11a6 6 0 0 1 12 0c0 3-2 6-6 11zM12 12.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z',
    edit: 'M4 20h4L20 8l-4-4L4 16zM13 7l4 4',
    bin: 'M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5',
    done: 'M4 12.5 10 18 20 6',
    back: 'M14 5 7 12l7 7',
    next: 'M10 5l7 7-7 7',
    down: 'M12 4v11M7 11l5 5 5-5M4 20h16',
    stop: 'M6 6l12 12M18 6 6 18',
    place: 'M12 3v4M12 17v4M3 12h4M17 12h4M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8z',
    swap: 'M4 8h14l-4-4M20 16H6l4 4',
  };

  /** A small drawing beside a word; the word says it too. */
  e.sign = (name) =>
    e.s('svg', { class: 'sign-icon', viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false' }, e.s('path', { d: SIGNS[name] }));

  e.button = (text, act, { sign = null, kind = '', ...rest } = {}) =>
    e.h('button', { type: 'button', class: 'button ' + kind, click: act, ...rest }, sign && e.sign(sign), e.h('span', {}, text));

  /** Say something to whoever listens instead of looking. */
  e.speak = (text) => {
    const place = document.getElementById('spoken');
    place.textContent = '';
    requestAnimationFrame(() => (place.textContent = text));
  };

  /** Pairs of label and value. */
  e.pairs = (pairs) => e.h('dl', { class: 'facts' }, pairs.map(([name, value]) => [e.h('dt', {}, name), e.h('dd', {}, value)]));

  /** What is going on, how far it is, and a way to stop it. */
  e.busyPart = function (title, cancel) {
    const bar = e.h('progress', { 'aria-label': title });
    const words = e.h('span', { class: 'busy-words' });
    const part = e.h('div', { class: 'busy', role: 'group', 'aria-label': title }, e.h('p', { class: 'busy-title' }, title), bar, e.h('div', { class: 'busy-foot' }, words, e.button(e.p('cancel'), cancel, { kind: 'small', sign: 'stop' })));
    const tell = (job) => {
      const { done = 0, total = 0, words: said = '' } = job.progress || {};
      if (total > 0) {
        bar.max = total;
        bar.value = done;
      } else bar.removeAttribute('value');
      words.textContent = (said || e.p(job.state === 'queued' ? 'queued' : 'working')) + (total > 1 ? ` ${done} / ${total}` : '');
    };
    return { part, tell };
  };

  /** A problem: what, where, what to do; its number where it has one. */
  e.problemPart = function (problem, ...more) {
    const where = problem.where || {};
    const place = [
      ['file', where.file],
      ['layer', where.layer],
      ['feature', where.feature],
      ['field', where.field],
    ].filter(([, value]) => value !== null && value !== undefined && value !== '');
    return e.h(
      'section',
      { class: 'problem', role: 'alert', tabindex: -1 },
      e.h('h3', {}, e.s('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true' }, e.s('path', { d: 'M12 2 1 21h22zM12 9v6M12 17.5v1' })), problem.title || e.p('failed')),
      problem.message && problem.message !== problem.title && e.h('p', {}, problem.message),
      problem.remedy && e.h('p', { class: 'remedy' }, e.h('b', {}, e.p('remedy')), problem.remedy),
      place.length ? e.pairs(place.map(([key, value]) => [e.p('where_' + key), value])) : null,
      problem.id && e.h('p', { class: 'quiet-line' }, e.p('problem_id', { id: problem.id })),
      more
    );
  };

  /** Whether a problem is that the server keeps something no longer: it expired, or the server was started anew. */
  e.isGone = (problem) => [404, 410].includes(problem.status);

  /** A problem beside a result; what is gone can be submitted again from what this page still has. */
  e.problemBeside = (problem, ...more) =>
    e.isGone(problem) ? e.problemPart({ ...problem, ...e.trouble('expired').problem }, e.h('p', { class: 'problem-way' }, e.button(e.p('submit_again'), () => e.submitAgain(), { kind: 'primary' }))) : e.problemPart(problem, ...more);

  /** A problem that a choice mends: what has to be chosen, with the whole of it behind a fold. */
  e.askPart = (problem) =>
    e.h(
      'section',
      { class: 'problem ask', role: 'alert' },
      e.h('h3', {}, problem.title),
      e.h('p', {}, e.p('ask_choice')),
      e.h('details', {}, e.h('summary', {}, e.p('details')), e.h('p', {}, problem.message))
    );

  /** Notices, the gravest first. */
  const GRAVITY = ['refused', 'warning', 'repaired', 'info'];
  e.noticesPart = function (notices) {
    const told = notices.map((one) => ({ severity: 'info', remedy: '', ...one, text: one.text || one.message }));
    told.sort((a, b) => GRAVITY.indexOf(a.severity) - GRAVITY.indexOf(b.severity));
    const items = told.map((one) => e.h('li', { class: one.severity }, e.h('b', {}, e.t('severity_' + one.severity)), one.text, one.remedy && e.h('small', {}, one.remedy)));
    return e.h('ul', { class: 'notes' }, items);
  };

  e.bytes = (count) => (count < 1024 ? `${count} B` : count < 1048576 ? `${Math.round(count / 1024)} KB` : `${(count / 1048576).toFixed(1)} MB`);
})(window.ecozone);
