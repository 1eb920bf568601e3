'use strict';
// Taking the result away: each file is made when it is asked for, by the same code as on the command line.
(function (e) {
  const FIRST = ['docx', 'xlsx', 'pdf', 'html'];
  const PLATES = ['pdf', 'svg', 'png'];
  const PAPERS = ['A3', 'A4'];
  // The layers are no longer those of the verdict on the screen.
  const VOID = 'web_work.workspace_changed';
  let paper = 'A3';

  function nameOf(answer, format) {
    const told = answer.headers.get('Content-Disposition') || '';
    const long = /filename\*=UTF-8''([^;]+)/i.exec(told);
    const short = /filename="?([^";]+)"?/i.exec(told);
    return long ? decodeURIComponent(long[1]) : short ? short[1] : `ecozone.${format}`;
  }

  function save(blob, name) {
    const url = URL.createObjectURL(blob);
    const anchor = e.h('a', { href: url, download: name });
    anchor.click();
    setTimeout(() => URL.revokeObjectURL(url), 60000);
  }

  function formatButton(result, format, tell) {
    const words = e.h('span', { class: 'take-state' });
    const title = e.p('format_' + format);
    let ready = null;
    let going = null;
    const button = e.h('button', { type: 'button', class: 'take', 'data-format': format, title: e.p('format_' + format + '_is') }, e.h('b', {}, title), words);
    const set = (key, said) => {
      button.dataset.state = key;
      words.textContent = said;
      button.setAttribute('aria-busy', String(key === 'making'));
    };
    button.addEventListener('click', async () => {
      if (going) return going.abort();
      const of = result.files || result.job;
      const made = PLATES.includes(format) ? `${of} ${paper}` : of;
      if (ready && ready.made === made) return save(ready.blob, ready.name);
      going = new AbortController();
      set('making', e.p('making'));
      tell(null);
      try {
        const job = await e.runJob({ kind: 'file', of, format, ...(PLATES.includes(format) ? { sheet: { paper } } : {}) }, { signal: going.signal, progress: (one) => one.progress && one.progress.total > 1 && set('making', `${e.p('making')} ${one.progress.done} / ${one.progress.total}`) });
        const answer = await e.ask(`/api/jobs/${job.job}/file`, { signal: going.signal });
        ready = { made, blob: await answer.blob(), name: nameOf(answer, format) };
        set('done', e.bytes(ready.blob.size));
        e.speak(e.p('made', { name: ready.name }));
        save(ready.blob, ready.name);
      } catch (error) {
        if (error.name === 'AbortError') set('idle', '');
        else if (error.problem && error.problem.code === VOID) e.voidResult(error.problem);
        else if (error.problem) {
          set('failed', e.p('not_made'));
          tell(error.problem);
        } else throw error;
      } finally {
        going = null;
      }
      return undefined;
    });
    set('idle', '');
    return button;
  }

  /** The files of a result, the usual ones first; `kind` is its job's. */
  e.takePart = function (result, kind = 'check', first = FIRST) {
    const formats = (e.district.formats && e.district.formats[kind]) || first;
    const usual = first.filter((format) => formats.includes(format));
    const others = formats.filter((format) => !usual.includes(format) && e.texts['page.format_' + format]);
    const trouble = e.h('div', { class: 'take-trouble' });
    const tell = (problem) => trouble.replaceChildren(...(problem ? [e.problemBeside(problem)] : []));
    const row = (list) => e.h('div', { class: 'take-row' }, list.map((format) => formatButton(result, format, tell)));
    const sheet = e.h('select', { id: 'paper', change: () => (paper = sheet.value) }, PAPERS.map((name) => e.h('option', {}, name)));
    sheet.value = paper;
    const papers = e.h('p', { class: 'take-paper' }, e.h('label', { for: 'paper' }, e.p('paper')), sheet);
    const more = others.length ? e.h('details', { class: 'take-more' }, e.h('summary', {}, e.p('take_more')), papers, row(others)) : null;
    return e.h('section', { class: 'take-away', 'aria-label': e.p('take_title') }, trouble, e.h('div', { class: 'take-head' }, e.h('h3', {}, e.p('take_title'))), row(usual), more);
  };
})(window.ecozone);
