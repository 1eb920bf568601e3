'use strict';
// Step one: a file, pasted coordinates, or a drawing.
(function (e) {
  let pasted = '';

  // --- files -----------------------------------------------------------------------------------------------------
  function chooser() {
    const input = e.h('input', { type: 'file', multiple: true, hidden: true, id: 'files', tabindex: -1, 'aria-label': e.p('choose_file'), change: () => input.files.length && take([...input.files], input) });
    return input;
  }

  function take(files, input) {
    if (input) setTimeout(() => (input.value = ''), 0);
    e.bringFiles(files);
  }

  function dropZone() {
    const input = chooser();
    const zone = e.h(
      'div',
      { class: 'drop', click: (event) => event.target.closest('button') || input.click() },
      e.sign('file'),
      e.h('p', { class: 'drop-words' }, e.p('drop_here')),
      e.button(e.p('choose_file'), () => input.click(), { kind: 'primary', 'aria-describedby': 'formats' }),
      e.h('p', { class: 'formats', id: 'formats' }, e.p('formats')),
      input
    );
    return zone;
  }

  // Whatever is dropped anywhere on the page is a site file; the browser must never open it in place of the page.
  let depth = 0;
  e.readyDropping = function () {
    const shade = e.h('div', { class: 'drop-shade', hidden: true, 'aria-hidden': 'true' }, e.h('p', {}));
    document.body.append(shade);
    const over = (on) => {
      shade.hidden = !on;
      shade.firstChild.textContent = e.p('drop_now');
    };
    const holds = (event) => event.dataTransfer && [...event.dataTransfer.types].includes('Files');
    window.addEventListener('dragenter', (event) => holds(event) && ((depth += 1), over(true)));
    window.addEventListener('dragleave', () => (depth = Math.max(0, depth - 1)) || over(false));
    window.addEventListener('dragover', (event) => holds(event) && event.preventDefault());
    window.addEventListener('drop', (event) => {
      if (!holds(event)) return;
      event.preventDefault();
      depth = 0;
      over(false);
      if (event.dataTransfer.files.length) e.bringFiles([...event.dataTransfer.files]);
    });
  };

  // --- paste -----------------------------------------------------------------------------------------------------
  function pasteBox() {
    const box = e.h('textarea', { id: 'pasted', rows: 8, spellcheck: 'false', autocomplete: 'off', placeholder: e.p('paste_sample'), 'aria-describedby': 'paste-help', input: () => ((pasted = box.value), e.sourceChanged('paste')) });
    box.value = pasted;
    const trouble = e.h('p', { class: 'field-trouble', role: 'alert' });
    const go = () => {
      if (box.value.trim()) return e.bringText(box.value);
      trouble.textContent = e.p('paste_empty');
      return box.focus();
    };
    box.addEventListener('keydown', (event) => event.key === 'Enter' && (event.ctrlKey || event.metaKey) && go());
    return [
      e.h('label', { for: 'pasted' }, e.p('paste_label')),
      box,
      e.h('p', { class: 'hint', id: 'paste-help' }, e.p('paste_help')),
      trouble,
      e.h('div', { class: 'row-end' }, e.button(e.p('paste_read'), go, { kind: 'primary' })),
    ];
  }

  // --- draw ------------------------------------------------------------------------------------------------------
  function drawBox() {
    const place = e.h('div', { class: 'draw' });
    const tools = ['area', 'line', 'point', 'edit'];
    const rename = (shape, field) => {
      const name = field.value.trim() || shape.name;
      if (name !== shape.name) e.sourceChanged('draw');
      field.value = shape.name = name;
    };
    const renew = () => {
      const now = e.drawingNow();
      const shapes = e.drawnShapes();
      place.replaceChildren(
        e.h(
          'div',
          { class: 'draw-tools', role: 'group', 'aria-label': e.p('way_draw') },
          tools.map((kind) => e.button(e.p('draw_' + kind), () => e.drawShape(kind), { sign: kind, 'aria-pressed': String(now === kind), disabled: kind === 'edit' && !shapes.length, 'data-kind': kind }))
        ),
        e.h('p', { class: 'hint' }, e.p('draw_hint_' + (now || 'none'))),
        shapes.length
          ? e.h(
              'ul',
              { class: 'drawn-list' },
              shapes.map((shape) => {
                const name = e.h('input', { type: 'text', 'aria-label': e.p('site_name'), maxlength: 80, change: () => rename(shape, name) });
                name.value = shape.name;
                return e.h('li', {}, e.sign(shape.kind), name, e.button(e.p('drop'), () => e.dropShape(shape), { kind: 'small icon', sign: 'bin', 'aria-label': `${e.p('drop')} ${shape.name}`, title: e.p('drop') }));
              })
            )
          : '',
        e.h('div', { class: 'row-end' }, e.button(e.p('draw_read'), () => e.bringDrawing(), { kind: 'primary', disabled: !shapes.length }))
      );
    };
    let kept = null;
    e.onDrawn(() => {
      kept = document.activeElement && place.contains(document.activeElement) ? document.activeElement.dataset.kind : null;
      renew();
      const again = kept && place.querySelector(`[data-kind="${kept}"]`);
      if (again) again.focus();
    });
    renew();
    return [place, e.h('p', { class: 'hint' }, e.p('draw_keyboard'))];
  }

  // --- all three -------------------------------------------------------------------------------------------------
  const WAYS = [
    ['file', () => [dropZone()]],
    ['paste', pasteBox],
    ['draw', drawBox],
  ];

  /** The first step; `way` is the one that is open. */
  e.bringPart = function (way, choose) {
    e.seeDrawing(way === 'draw');
    const buttons = WAYS.map(([key]) => e.button(e.p('way_' + key), () => choose(key), { sign: key, kind: 'way', 'aria-pressed': String(key === way), 'data-way': key }));
    const [, content] = WAYS.find(([key]) => key === way);
    return [
      e.h('h2', { tabindex: -1 }, e.p('bring_title')),
      e.h('p', { class: 'lead' }, e.p('bring_lead')),
      e.h('div', { class: 'ways-in', role: 'group', 'aria-label': e.p('bring_title') }, buttons),
      e.h('div', { class: 'way-in' }, content()),
    ];
  };
})(window.ecozone);
