'use strict';
// Talking with the server: one way to ask, one kind of problem, jobs that are waited for and can be cancelled.
(function (e) {
  const PAUSES = [1, 2, 3, 5]; // seconds between tries while the server does not answer
  const ENDED = ['done', 'failed', 'cancelled'];
  let token = takeToken();

  /** What went wrong, in the server's words or the page's: {code, title, message, remedy, where, id, readings …}. */
  class Problem extends Error {
    constructor(problem) {
      super(problem.message || problem.title || problem.code);
      this.problem = problem;
    }
  }

  /** A problem that the page itself tells of. */
  e.trouble = (key, fields, more) =>
    new Problem({ code: 'page.' + key, title: e.p(key, fields), message: e.p(key + '_why', fields), remedy: e.p(key + '_do', fields), ...more });

  // The address that the server prints holds the token behind #, where no log and no referrer sees it.
  function takeToken() {
    const found = /(?:^#|&)token=([^&]+)/.exec(location.hash);
    if (found) {
      sessionStorage.setItem('ecozone.token', decodeURIComponent(found[1]));
      history.replaceState(null, '', location.pathname + location.search);
    }
    return sessionStorage.getItem('ecozone.token');
  }

  e.authorised = () => (token ? { Authorization: `Bearer ${token}` } : {});

  const sleep = (seconds, signal) =>
    new Promise((done, fail) => {
      const timer = setTimeout(done, seconds * 1000);
      if (signal) signal.addEventListener('abort', () => (clearTimeout(timer), fail(new DOMException('', 'AbortError'))), { once: true });
    });

  async function problemOf(answer) {
    let told = null;
    try {
      told = await answer.json();
    } catch {
      told = null;
    }
    const after = Number(answer.headers.get('Retry-After')) || 0;
    if (told && told.code && told.message) return new Problem({ status: answer.status, after, ...told });
    const key = { 401: 'no_token', 403: 'no_token', 404: 'expired', 410: 'expired', 413: 'too_large', 429: 'busy', 503: 'busy' }[answer.status] || 'failed';
    return e.trouble(key, {}, { status: answer.status, after });
  }

  // What the server says is said in the page's language.
  const spoken = (path) => (e.lang && !/[?&]lang=/.test(path) ? `${path}${path.includes('?') ? '&' : '?'}lang=${e.lang}` : path);

  /** Ask until the server answers; it is said while it does not. A refusal is thrown as a `Problem`. */
  e.ask = async function (path, { method = 'GET', body = undefined, type = undefined, signal = undefined } = {}) {
    for (let tries = 0; ; tries += 1) {
      let answer = null;
      try {
        const headers = { ...e.authorised(), ...(type ? { 'Content-Type': type } : {}) };
        answer = await fetch(spoken(path), { method, body, headers, signal, cache: 'no-store', redirect: 'error' });
      } catch (error) {
        if (error.name === 'AbortError') throw error;
        e.say('server', tries + 1);
        await sleep(PAUSES[Math.min(tries, PAUSES.length - 1)], signal);
        continue;
      }
      if (tries) e.say('server', 0);
      if (answer.ok) return answer;
      throw await problemOf(answer);
    }
  };

  e.askJson = async (path, how) => (await e.ask(path, how)).json();

  /** Carry a job to its end; `how` = {signal, progress}. Returns the job; throws a `Problem` when it fails. */
  e.runJob = async function (words, { signal, progress = () => {} } = {}) {
    const body = JSON.stringify({ lang: e.lang, ...words });
    let told = null;
    while (!told) {
      try {
        told = await e.askJson('/api/jobs?wait=1', { method: 'POST', body, type: 'application/json', signal });
      } catch (error) {
        const { status, after } = error.problem || {};
        if (status !== 503 && status !== 429) throw error;
        progress({ state: 'full', progress: { words: e.p('queue_full', { seconds: after || 3 }) } });
        await sleep(Math.min(after || 3, 15), signal);
      }
    }
    const drop = () => fetch(`/api/jobs/${told.job}`, { method: 'DELETE', headers: e.authorised() }).catch(() => {});
    if (signal) signal.addEventListener('abort', drop, { once: true });
    try {
      while (!ENDED.includes(told.state)) {
        progress(told);
        told = await e.askJson(`/api/jobs/${told.job}?wait=1`, { signal });
      }
    } finally {
      if (signal) signal.removeEventListener('abort', drop);
    }
    if (told.state === 'failed') throw new Problem(told.problem);
    // Whoever gave it up, it was not this page: that would have ended the wait.
    if (told.state === 'cancelled') throw e.trouble('expired');
    return told;
  };

  /** Carry out a job and return its answer, with the job's name beside it. */
  e.answerOf = async function (words, how = {}) {
    const { job } = await e.runJob(words, how);
    return { job, ...(await e.askJson(`/api/jobs/${job}/answer`, { signal: how.signal })) };
  };

  /** Bring files to the server as one upload; returns its id. */
  e.upload = async function (files, { signal, progress = () => {} } = {}) {
    let id = null;
    for (const [i, file] of files.entries()) {
      // A file that was changed or moved since cannot be read any more: the browser refuses it.
      await file.slice(0, 1).arrayBuffer().catch(() => {
        throw e.trouble('file_gone', { name: file.name });
      });
      progress({ state: 'running', progress: { done: i, total: files.length, words: e.p('uploading', { name: file.name }) } });
      const query = new URLSearchParams({ name: file.name, ...(id ? { to: id } : {}) });
      const told = await e.askJson(`/api/uploads?${query}`, { method: 'POST', body: file, type: 'application/octet-stream', signal });
      id = told.upload;
    }
    return id;
  };

  e.dropUpload = (id) => fetch(`/api/uploads/${id}`, { method: 'DELETE', headers: e.authorised() }).catch(() => {});
})(window.ecozone);
