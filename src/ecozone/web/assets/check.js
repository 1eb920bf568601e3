'use strict';
// The check view: bring, read, verdict. One state; whatever was shown of a former site goes when another is submitted.
(function (e) {
  const STEPS = ['bring', 'read', 'result'];
  const DECLARED = /crs|which|datum|encoding|layer|axes/; // problems that a word of the user's may mend
  const NOTHING = { sites: [], strings: [], ratios: null, no_ratios: '', tables: [], notices: [], assumptions: [], sources: [] };
  const fresh = () => ({ step: 'bring', way: 'file', from: null, wanted: null, source: null, title: '', options: {}, types: {}, radius: null, own: [], files: null, kept: null, read: null, result: null, problem: null, busy: null });

  let state = fresh();
  let going = null; // what is being worked out for the present step
  let side = null; // what is being worked out beside it
  let aim = null; // where a change of language leads back to, while all is asked for anew
  let pressed = false; // whether a button below the step is being pressed

  const begin = () => (end(), (going = new AbortController()).signal);
  function end() {
    if (going) going.abort();
    going = null;
    e.endSide();
  }
  /** What ends the work that stands beside a result when the result goes. */
  e.sideSignal = () => (side = side || new AbortController()).signal;
  e.endSide = () => (side && side.abort(), (side = null));

  // --- what is shown ---------------------------------------------------------------------------------------------
  /** Take the data of a result, or of none, and draw what shows them. */
  function show(page) {
    e.forgetResult();
    e.forget();
    if (e.map.closePopup) e.map.closePopup();
    takeData(page);
    e.sayServer();
    drawPanel();
    e.drawZones(e.map);
    drawBelow();
    e.drawFrame(e.map, e.home);
    e.drawSites(e.map);
    e.drawWays(e.map);
  }

  function takeData(page) {
    const { district } = e;
    e.take({ ...NOTHING, ...(page || {}), lang: e.lang, title: district.name, layers: district.layers, verdicts: district.verdicts, schematic: district.schematic, box: district.box, texts: e.texts, tolerance: coarser(district.tolerance, page && page.tolerance) });
    if (!e.data.sources.length) e.data.sources = district.sources || [];
    if (!e.data.assumptions.length) e.data.assumptions = district.assumptions || [];
  }

  /** Let go of the verdict, with its outlines, tables and downloads; what is being typed or drawn stays as it is. */
  function dropResult() {
    if (!state.result) return;
    state.result = null;
    e.endSide();
    e.closeSite();
    e.forgetResult();
    takeData(null);
    drawBelow();
    e.drawFrame(e.map, e.home);
    e.drawSites(e.map);
    e.drawWays(e.map);
  }

  const coarser = (a, b) => String(Math.max(Number(a) || 0, Number(b) || 0));

  // The tables below the map, for results of several sites.
  function drawBelow() {
    const box = document.getElementById('ecozone-tables');
    const many = e.data.sites.length > 1;
    for (const name of ['view-map', 'view-both', 'view-tables']) document.body.classList.remove(name);
    document.body.classList.add('view-map');
    e.map.invalidateSize({ pan: false, animate: false });
    box.replaceChildren();
    e.hasTables = false;
    if (!many) return;
    if (e.showBatch) e.showBatch(box, state.result, { onSelect: (site) => e.openSite(site, { zoom: true, focus: false }) });
    else e.drawTables();
    e.hasTables = true;
  }

  function drawPanel() {
    const panel = document.getElementById('ecozone-panel');
    panel.setAttribute('aria-label', e.p('panel'));
    const parts = e.tabs([
      { key: 'sites', content: [e.h('nav', { class: 'steps', 'aria-label': e.p('steps') }), e.h('div', { class: 'work', id: 'work' }), e.h('div', { class: 'work-foot', id: 'work-foot' })] },
      { key: 'layers', content: [...e.layersPage()].filter(Boolean) },
      { key: 'notes', content: [...e.notesPage()].filter(Boolean) },
    ]);
    panel.replaceChildren(...parts);
    panel.querySelector('#page-sites').removeAttribute('tabindex');
  }

  function steps() {
    const reached = { bring: true, read: Boolean(state.read), result: Boolean(state.result) };
    const at = STEPS.indexOf(state.step);
    const items = STEPS.map((step, i) =>
      e.h(
        'li',
        { class: i < at ? 'past' : i === at ? 'now' : null },
        e.h('button', { type: 'button', disabled: !reached[step] || Boolean(state.busy), 'aria-current': step === state.step ? 'step' : null, click: () => go(step) }, e.h('span', { class: 'step-number', 'aria-hidden': 'true' }, i + 1), e.p('step_' + step))
      )
    );
    return e.h('ol', {}, items);
  }

  function bodyOf() {
    if (state.busy) return [e.h('h2', { tabindex: -1 }, e.p('busy_' + state.busy.kind)), sourceLine(false), state.busy.part];
    if (state.problem) {
      const choices = state.problem.readings && e.readingsPart(state.problem.readings, (patch) => e.readAgain(patch), true);
      const mine = state.wanted === 'read' && state.source && e.declarePart(state.options, (patch) => e.readAgain(patch), !choices && DECLARED.test(state.problem.code));
      const title = e.h('h2', { tabindex: -1 }, e.p(choices ? 'read_ask' : state.wanted === 'check' ? 'check_failed' : 'read_failed'));
      return [title, sourceLine(true), choices ? [e.askPart(state.problem), choices] : e.problemPart(state.problem), mine];
    }
    if (state.step === 'read' && state.read) return [sourceLine(true), ...e.readPart(state)];
    if (state.step === 'result' && state.result) return e.resultPart(state);
    return e.bringPart(state.way, (way) => ((state.way = way), render(true, `[data-way="${way}"]`)));
  }

  function sourceLine(change) {
    if (!state.title) return null;
    return e.h('p', { class: 'source-line' }, e.sign(state.from), e.h('b', { title: state.title }, state.title), change && !state.busy ? e.h('button', { type: 'button', class: 'link', click: () => go('bring') }, e.p('bring_other')) : null);
  }

  function footOf() {
    if (state.busy) return [];
    if (state.problem) {
      const again = state.source && !state.problem.readings && e.button(e.p(e.isGone(state.problem) ? 'submit_again' : 'try_again'), () => e.checkAgain(), { kind: 'primary' });
      return [e.button(e.p(state.wanted === 'check' ? 'back_to_read' : 'back_to_bring'), () => go(state.wanted === 'check' && state.read ? 'read' : 'bring'), { sign: 'back' }), again];
    }
    if (state.step === 'read' && state.read) return [e.button(e.p('check'), () => askCheck(), { kind: 'primary large', disabled: !state.read.sites.length })];
    if (state.step === 'result' && state.result) return [e.takePart(state.result)];
    return [];
  }

  const renewSteps = () => document.querySelector('#page-sites .steps').replaceChildren(steps());

  function render(focus, selector) {
    const work = document.getElementById('work');
    if (!work) return;
    renewSteps();
    const foot = document.getElementById('work-foot');
    work.replaceChildren(...bodyOf().flat(Infinity).filter(Boolean));
    foot.replaceChildren(...footOf().filter(Boolean));
    foot.hidden = !foot.children.length;
    document.body.dataset.step = state.problem ? 'problem' : state.busy ? 'busy' : state.step;
    e.seeDrawing(!state.busy && !state.problem && state.step === 'bring' && state.way === 'draw');
    if (state.step === 'result' && state.result && !state.busy && !state.problem) e.openResult();
    if (!focus) return;
    const target = (selector && work.querySelector(selector)) || work.querySelector('.problem, h2');
    if (target) target.focus({ preventScroll: true });
    work.scrollTop = 0;
  }

  /** Go to a step that was reached; nothing is worked out anew. */
  function go(step) {
    if (state.busy) return;
    state.problem = null;
    state.step = step;
    if (step !== 'result') {
      e.hideOverlaps();
      e.closeSite();
    }
    if (step === 'read' && state.read) e.showRead(state.read.sites);
    if (step === 'bring' || step === 'result') e.hideRead();
    // Signs of a verdict stand on the map only beside the verdict.
    document.body.classList.toggle('hide-sites', step !== 'result');
    render(true);
    if (step === 'result') e.goTo(boundsOf());
  }

  const boundsOf = () => {
    const boxes = e.data.sites.map((site) => site.box).filter(Boolean);
    return boxes.length ? [[Math.min(...boxes.map((box) => box[0][0])), Math.min(...boxes.map((box) => box[0][1]))], [Math.max(...boxes.map((box) => box[1][0])), Math.max(...boxes.map((box) => box[1][1]))]] : null;
  };

  // --- what is worked out ----------------------------------------------------------------------------------------
  /** Carry out a step; its problem is shown in its place. Nothing of before stays while it runs. */
  async function carryOut(kind, work, { quiet = null } = {}) {
    const signal = begin();
    const busy = e.busyPart(e.p('busy_' + kind), () => {
      end();
      aim = null;
      // What was not read to its end is not kept; what was only to be checked stays to be confirmed.
      if (kind === 'check' && state.read) Object.assign(state, { busy: null, step: 'read', wanted: 'read' });
      else state = { ...fresh(), way: state.way };
      if (state.read) e.showRead(state.read.sites);
      render(true);
      e.speak(e.p('cancelled'));
    });
    state.problem = null;
    state.result = null;
    state.wanted = kind;
    if (kind === 'read') state.read = null;
    state.busy = { kind, part: busy.part };
    state.step = kind === 'read' ? 'read' : 'result';
    e.hideOther();
    if (kind === 'read') e.hideRead();
    document.body.classList.remove('hide-sites');
    show(null);
    render(!quiet);
    try {
      await work(signal, busy.tell);
      if (signal.aborted) return;
      state.busy = null;
    } catch (error) {
      if (signal.aborted || error.name === 'AbortError') return;
      state.busy = null;
      if (!error.problem) {
        state.problem = e.trouble('page_failed').problem;
        e.noteError(error);
      } else state.problem = error.problem;
      if (kind === 'check') e.hideRead();
      render(true);
      return;
    }
    going = null;
    arrived(kind, quiet);
  }

  function arrived(kind, quiet) {
    if (kind === 'read') {
      e.showRead(state.read.sites);
      render(true, quiet && `#${quiet}`);
      e.goTo(state.read.box);
      e.speak(e.p('read_done', { count: state.read.sites.length }));
      return;
    }
    e.hideRead();
    show(state.result.page);
    render(true);
    if (e.data.sites.length !== 1) e.goTo(boundsOf());
  }

  const cleared = (options) => Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null && value !== undefined && value !== ''));

  const runRead = (how) =>
    carryOut('read', async (signal, progress) => {
      if (state.files) {
        const before = state.source && state.source.upload;
        state.source = { upload: await e.upload(state.files, { signal, progress }) };
        if (before) e.dropUpload(before);
        state.kept = state.files; // to be sent again, should the server have lost them
        state.files = null;
      }
      const read = await e.answerOf({ kind: 'read', source: state.source, options: cleared(state.options) }, { signal, progress });
      if (signal.aborted) return;
      state.read = read;
      // The radii that the source itself tells, of which another one takes the place.
      if (!state.options.radius_m) state.own = [...new Set(read.sites.filter((site) => site.kind !== 'area' && site.radius_m > 0).map((site) => site.radius_m))].sort((a, b) => a - b);
    }, how);

  const runCheck = () =>
    carryOut('check', async (signal, progress) => {
      const options = cleared({ ...state.options, types: Object.keys(state.types).length ? state.types : null });
      const result = await e.answerOf({ kind: 'check', source: state.source, options }, { signal, progress });
      if (!signal.aborted) state.result = result;
    });

  /** Take the radius that stands in its field; returns whether it is another than the one that was read with. */
  function takeRadius() {
    const { value, trouble } = e.radiusSaid(state);
    if (trouble || value === (state.options.radius_m || null)) return false;
    state.options = cleared({ ...state.options, radius_m: value });
    state.radius = null;
    return true;
  }

  /** Check what is seen: never with another radius than the one that stands in its field. */
  async function askCheck() {
    if (e.radiusSaid(state).trouble) return render(true, '#radius');
    if (takeRadius()) await runRead();
    if (state.read && !state.problem && !state.busy) await runCheck();
    return undefined;
  }

  /** A radius was typed: what was read is shown with it at once, unless the check is being asked for. */
  e.radiusTyped = () => !pressed && state.step === 'read' && !state.busy && takeRadius() && runRead({ quiet: 'radius' });

  function bring(way, title, more) {
    const before = state.source && state.source.upload;
    if (before) e.dropUpload(before);
    aim = null;
    state = { ...fresh(), way, from: way, title, ...more };
    return runRead();
  }

  e.bringFiles = (files) => {
    e.showView('check');
    return bring('file', files.map((file) => file.name).join(e.p('between')), { files });
  };
  e.bringText = (text) => bring('paste', e.p('pasted_title'), { source: { text } });
  e.bringDrawing = () => bring('draw', e.p('drawn_title', { count: e.drawnShapes().length }), { source: e.drawnSource() });
  /** Read again with other declarations; null takes one back. `kept` is the field that keeps the keyboard. */
  e.readAgain = (patch, kept = null) => {
    state.options = cleared({ ...state.options, ...patch });
    state.types = {};
    aim = null;
    return runRead({ quiet: kept });
  };
  /** A choice that only the next check will heed. */
  e.changed = () => {
    dropResult();
    renewSteps();
  };
  /** What was read is not what stands there any more: the steps after it are closed, and their outcome goes. */
  e.sourceChanged = (way) => {
    if (state.from !== way || state.busy) return;
    end();
    dropResult();
    e.hideRead();
    state = { ...fresh(), way: state.way };
    renewSteps();
  };
  /** A result that no longer holds goes, with all that it drew; what is wrong stands in its place. */
  e.voidResult = (problem) => {
    end();
    Object.assign(state, { result: null, busy: null, problem, wanted: 'check' });
    e.hideOther();
    show(null);
    render(true);
  };
  /** Do again what was last asked for. */
  e.checkAgain = () => (state.problem && e.isGone(state.problem) ? e.submitAgain() : state.wanted === 'check' ? runCheck() : runRead());
  /** Bring everything to the server once more, from what this page still has: files, text or drawing. */
  e.submitAgain = async function () {
    const checked = state.wanted === 'check';
    if (state.kept) state.files = state.kept;
    await runRead();
    if (checked && state.read && !state.problem && !state.busy) await runCheck();
  };

  // --- the view --------------------------------------------------------------------------------------------------
  /** Draw the view in the language and district of now; what was there is asked for again in that language. */
  e.drawCheck = async function () {
    if (!state.source && !state.files) {
      show(null);
      return render(false);
    }
    if (state.from === 'paste') state.title = e.p('pasted_title');
    if (state.from === 'draw') state.title = e.p('drawn_title', { count: e.drawnShapes().length });
    // A language chosen while another is on its way leads to where that one would have led.
    const mine = aim ? { ...aim } : { step: state.step, checked: state.wanted === 'check' && Boolean(state.read && (state.result || state.busy || state.problem)) };
    aim = mine;
    await runRead();
    if (aim !== mine) return undefined;
    if (mine.checked && !state.problem && state.read) await runCheck();
    if (aim !== mine) return undefined;
    aim = null;
    if (mine.step === 'bring') go('bring');
    else if (mine.step === 'read' && state.read && !state.problem) go('read');
    return undefined;
  };

  e.readyCheck = function (map) {
    e.readingNotes = () => [e.t('note_verdict'), e.t('note_display', e.data), e.p('note_server')];
    e.drawShapes(map);
    e.readyDrawing(map);
    e.readyDropping();
    e.readyResults();
    // Pressing a button takes the keyboard out of a field, which must not take the button away under the mouse.
    document.addEventListener('pointerdown', (event) => (pressed = Boolean(event.target.closest('#work-foot'))), true);
    for (const name of ['pointerup', 'pointercancel']) document.addEventListener(name, () => setTimeout(() => pressed && ((pressed = false), e.radiusTyped())), true);
    document.addEventListener('keydown', (event) => {
      const writing = /^(input|textarea|select)$/i.test(event.target.tagName);
      if (event.key === 'Backspace' && !writing) e.undoCorner();
      if (event.key !== 'Escape' || event.defaultPrevented || event.target.closest('.leaflet-popup')) return;
      if (e.drawingNow()) e.stopDrawing();
      else if (!writing) e.backToList();
    });
  };
})(window.ecozone);
